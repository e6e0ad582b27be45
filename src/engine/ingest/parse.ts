import type { z } from 'zod';
import type { Seq } from '#shared/domain/ids.ts';
import { parseChange, type Change } from '#shared/protocol/changes.ts';
import { isQuickEvent, isQuickSession } from '#shared/protocol/quick-records.ts';
import { Account, AuditEvent, Session } from '#shared/protocol/records.ts';
import type { BadRecord } from '../mirror/set-aside.ts';

export interface ParsedItems<T> {
  readonly good: readonly T[];
  readonly bad: readonly BadRecord[];
}

/**
 * Parses the items of a batch one by one. Items of a kind that this version does not know are left out without a
 * word, malformed ones and ones outside the batch's own range are set aside; items up to `after` are here already.
 */
export function parseChanges(items: readonly unknown[], from: Seq, to: Seq, after: Seq): ParsedItems<Change> {
  const good: Change[] = [];
  const bad: BadRecord[] = [];
  for (const record of items) {
    const parsed = parseChange(record);
    if (parsed.is === 'malformed') bad.push({ kind: 'change', problem: parsed.problem, record });
    else if (parsed.is === 'change') {
      const { seq } = parsed.change;
      if (seq < from || seq > to) {
        bad.push({ kind: 'change', problem: `seq ${String(seq)} is outside of its batch`, record });
      } else if (seq > after) good.push(parsed.change);
    }
  }
  return { good, bad };
}

export interface ParsedPart {
  readonly sessions: readonly { readonly id: string; readonly body: string | null }[];
  readonly accounts: readonly { readonly id: string; readonly body: string }[];
  readonly bad: readonly BadRecord[];
}

/** Parses a part of a snapshot. A malformed session that still has an id counts as named. */
export function parsePart(sessions: readonly unknown[], accounts: readonly unknown[]): ParsedPart {
  const bad: BadRecord[] = [];
  const keptSessions: { id: string; body: string | null }[] = [];
  for (const record of sessions) {
    if (isQuickSession(record)) {
      keptSessions.push({ id: record.id, body: JSON.stringify(record) });
      continue;
    }
    const parsed = Session.safeParse(record);
    if (parsed.success) keptSessions.push({ id: parsed.data.id, body: JSON.stringify(parsed.data) });
    else {
      bad.push({ kind: 'session', problem: firstIssue(parsed.error), record });
      const id = idOf(record);
      if (id !== null) keptSessions.push({ id, body: null });
    }
  }
  const keptAccounts: { id: string; body: string }[] = [];
  for (const record of accounts) {
    const parsed = Account.safeParse(record);
    if (parsed.success) keptAccounts.push({ id: parsed.data.id, body: JSON.stringify(parsed.data) });
    else bad.push({ kind: 'account', problem: firstIssue(parsed.error), record });
  }
  return { sessions: keptSessions, accounts: keptAccounts, bad };
}

export function parseEvents(items: readonly unknown[]): ParsedItems<AuditEvent> {
  const good: AuditEvent[] = [];
  const bad: BadRecord[] = [];
  for (const record of items) {
    if (isQuickEvent(record)) {
      good.push(record);
      continue;
    }
    const parsed = AuditEvent.safeParse(record);
    if (parsed.success) good.push(parsed.data);
    else bad.push({ kind: 'event', problem: firstIssue(parsed.error), record });
  }
  return { good, bad };
}

const idOf = (record: unknown): string | null =>
  typeof record === 'object' &&
  record !== null &&
  'id' in record &&
  typeof record.id === 'string' &&
  record.id.length > 0 &&
  record.id.length <= 256
    ? record.id
    : null;

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'malformed' : `${issue.path.join('.') || 'record'}: ${issue.message}`;
}
