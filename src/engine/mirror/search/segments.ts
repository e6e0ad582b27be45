import { auditSegments, wordsTable, type AuditSegment } from '../audit-segments.ts';
import type { ReadableDb } from '../database.ts';
import type { Branch, Compiled } from './compiled.ts';
import { forSegment } from './message-terms.ts';
import { spanCondition } from './spans.ts';

/** A segment as a search sees it. */
export interface SearchedSegment extends AuditSegment {
  /** Index that finds rows by a column, where the segment has it already. */
  readonly indexes: Readonly<Partial<Record<Branch['column'], string>>>;
  /** Table of the words of its messages; null: they are looked through. */
  readonly words: string | null;
}

const INDEXED = { account: 'account', address: 'address', session: 'session', account_name: 'name' } as const;

/** Segments that may hold events of a search, the one with the newest event first. */
export function searchedSegments(db: ReadableDb, search: Compiled): readonly SearchedSegment[] {
  if (search.impossible) return [];
  const { from, to } = search.span;
  const there = new Set(
    db.prepare("SELECT name FROM sqlite_schema WHERE name GLOB 'audit_[0-9]*'").pluck().all().map(String),
  );
  return auditSegments(db, {
    ...(from === null ? {} : { since: from }),
    ...(to === null ? {} : { until: to }),
  }).map((segment) => {
    const indexes: Partial<Record<Branch['column'], string>> = {};
    for (const [column, suffix] of Object.entries(INDEXED) as [keyof typeof INDEXED, string][]) {
      const name = `${segment.table}_${suffix}`;
      if (there.has(name)) indexes[column] = name;
    }
    const words = wordsTable(segment.table);
    return { ...segment, indexes, words: there.has(words) ? words : null };
  });
}

/** The condition of a search on the events `e` of a segment, its stretch of time included. */
export function segmentCondition(search: Compiled, segment: SearchedSegment): string {
  const { from, to } = search.span;
  const span = from === null && to === null ? '1' : spanCondition('e.at', search.span, search.params);
  return `${span} AND ${forSegment(search.sql, segment.words)}`;
}
