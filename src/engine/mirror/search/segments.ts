import { auditSegments, wordsTable, type AuditSegment } from '../audit-segments.ts';
import type { ReadableDb } from '../database.ts';
import { indexesAfter } from '../seal.ts';
import { readValue } from '../statements.ts';
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

function asSearched(segment: AuditSegment): SearchedSegment {
  const made = indexesAfter(segment.steps);
  const indexes: Partial<Record<Branch['column'], string>> = {};
  for (const [column, suffix] of Object.entries(INDEXED) as [keyof typeof INDEXED, string][]) {
    if (made.has(suffix)) indexes[column] = `${segment.table}_${suffix}`;
  }
  return { ...segment, indexes, words: made.has('words') ? wordsTable(segment.table) : null };
}

interface Listed {
  readonly version: unknown;
  readonly segments: readonly SearchedSegment[];
}
const listed = new WeakMap<ReadableDb, Listed>();

/** All segments; read again when anybody has committed since. The handle that writes does not notice its own commits. */
function allSegments(db: ReadableDb): readonly SearchedSegment[] {
  if (!db.readonly) return auditSegments(db).map(asSearched);
  const version = readValue(db, 'PRAGMA data_version');
  const held = listed.get(db);
  if (held !== undefined && held.version === version) return held.segments;
  const segments = auditSegments(db).map(asSearched);
  listed.set(db, { version, segments });
  return segments;
}

/** Segments that may hold events of a search, the one with the newest event first. */
export function searchedSegments(db: ReadableDb, search: Compiled): readonly SearchedSegment[] {
  if (search.impossible) return [];
  const { from, to } = search.span;
  const all = allSegments(db);
  if (from === null && to === null) return all;
  return all.filter((segment) => (from === null || segment.to >= from) && (to === null || segment.from < to));
}

/** The condition of a search on the events `e` of a segment, its stretch of time included. */
export function segmentCondition(search: Compiled, segment: SearchedSegment): string {
  const { from, to } = search.span;
  const inside = (from === null || segment.from >= from) && (to === null || segment.to < to);
  // What is still being written may have grown since it was listed.
  const within =
    (from === null && to === null) || (inside && segment.state !== 'hot')
      ? '1'
      : spanCondition('e.at', search.span, search.params);
  return `${within} AND ${forSegment(search.sql, segment.words)}`;
}
