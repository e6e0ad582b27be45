import { z } from 'zod';
import { ConnectionId } from '#shared/domain/ids.ts';
import { EpochMs, type EpochMs as Time } from '#shared/domain/units.ts';
import type { RuleDraft } from '#shared/ipc/rules-views.ts';
import { Rule } from '#shared/protocol/rules.ts';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';

const Row = z
  .object({
    connection: ConnectionId,
    rules: z.string().transform((text) => z.array(Rule).parse(JSON.parse(text))),
    based_on: z.number(),
    saved_at: EpochMs,
  })
  .transform(({ connection, rules, based_on: basedOn, saved_at: savedAt }): RuleDraft => ({
    connection,
    rules,
    basedOn,
    savedAt,
  }));

/** Rules that were written and not published, newest first. */
export const drafts = (db: ReadableDb): readonly RuleDraft[] =>
  db
    .prepare('SELECT connection, rules, based_on, saved_at FROM rule_draft ORDER BY saved_at DESC')
    .all()
    .map((raw) => Row.parse(raw));

export function saveDraft(
  db: WritableDb,
  draft: Pick<RuleDraft, 'connection' | 'rules' | 'basedOn'>,
  now: Time,
): RuleDraft {
  db.prepare(
    `INSERT INTO rule_draft (connection, rules, based_on, saved_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (connection) DO UPDATE SET rules = excluded.rules, based_on = excluded.based_on, saved_at = excluded.saved_at`,
  ).run(draft.connection, JSON.stringify(draft.rules), draft.basedOn, now);
  return { ...draft, savedAt: now };
}

/** False when there was none. */
export const dropDraft = (db: WritableDb, connection: ConnectionId): boolean =>
  db.prepare('DELETE FROM rule_draft WHERE connection = ?').run(connection).changes > 0;
