import { z } from 'zod';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { Clock } from '#shared/domain/units.ts';
import { EpochMs } from '#shared/domain/units.ts';
import type { ParsedOf } from '#shared/ipc/contract.ts';
import { TRIAGE_STATES, VERDICTS, type DETECTION_METHODS } from '#shared/ipc/detections-contract.ts';
import type { TriageAction, TriageDone } from '#shared/ipc/detections-views.ts';
import type { OperatorJournal } from '../journal/journal.ts';
import { durableTransaction, type ReadableDb, type WritableDb } from '../mirror/database.ts';
import { actionDetails } from './action-details.ts';
import { refreshOpen } from './marks.ts';
import { detectionKey } from './rows.ts';

const Part = z.object({
  state: z.enum(TRIAGE_STATES),
  verdict: z.enum(VERDICTS).nullable(),
  assignee: z.string().nullable(),
});
type Part = z.infer<typeof Part>;

export interface TriageParts {
  readonly db: WritableDb;
  readonly clock: Clock;
  readonly journal: Pick<OperatorJournal, 'recordOperatorAction'>;
  readonly operatorName: () => string;
}

const same = (a: Part, b: Part): boolean =>
  a.state === b.state && a.verdict === b.verdict && a.assignee === b.assignee;

function readPart(db: ReadableDb, key: number): Part {
  return Part.parse(db.prepare('SELECT state, verdict, assignee FROM detection WHERE key = ?').get(key));
}

/** Changes state, verdict or assignee of detections, or adds a note, in one transaction with its journal entry. */
export function triage(
  parts: TriageParts,
  request: ParsedOf<(typeof DETECTION_METHODS)['detections.triage']>,
): TriageDone {
  const { db, clock } = parts;
  const { change } = request;
  return durableTransaction(db, () => {
    const now = clock();
    const keys = request.detections.flatMap(({ connection, id }) => detectionKey(db, connection, id) ?? []);
    const act = beginAct(parts, now, change.note ?? null);
    let changed = 0;
    for (const key of new Set(keys)) {
      const before = readPart(db, key);
      const state = change.state ?? before.state;
      const after: Part = {
        state,
        // A verdict belongs to what is closed; reopening takes it back.
        verdict: state === 'closed' ? (change.verdict ?? before.verdict) : null,
        assignee: change.assignee === undefined ? before.assignee : change.assignee,
      };
      if (same(before, after) && change.note === undefined) continue;
      writeItem(db, act, key, before, after, now, change.note === undefined ? 0 : 1);
      changed += 1;
    }
    const skipped = request.detections.length - changed;
    if (changed === 0) return dropAct(db, act, skipped);
    refreshOpen(db, keys);
    parts.journal.recordOperatorAction({
      action: change.state === undefined ? 'detection-annotated' : `detection-${change.state}`,
      subject: subjectOf(request.detections),
      details: actionDetails({ ...change, changed }),
    });
    return { changed, skipped, undo: act };
  });
}

const subjectOf = (list: readonly { readonly connection: ConnectionId; readonly id: string }[]) => ({
  kind: 'detection',
  ...(list.length === 1 ? { id: list[0]?.id ?? '', connection: list[0]?.connection ?? '' } : {}),
});

const beginAct = (parts: TriageParts, now: number, note: string | null): number =>
  Number(
    parts.db
      .prepare('INSERT INTO triage (at, operator, note) VALUES (?, ?, ?)')
      .run(now, parts.operatorName(), note).lastInsertRowid,
  );

function dropAct(db: WritableDb, act: number, skipped: number): TriageDone {
  db.prepare('DELETE FROM triage WHERE key = ?').run(act);
  return { changed: 0, skipped, undo: null };
}

function writeItem(
  db: WritableDb,
  act: number,
  key: number,
  before: Part,
  after: Part,
  now: number,
  notes: number,
): void {
  db.prepare('INSERT INTO triage_item (triage, detection, before, after) VALUES (?, ?, ?, ?)').run(
    act,
    key,
    JSON.stringify(before),
    JSON.stringify(after),
  );
  db.prepare(
    'UPDATE detection SET state = ?, verdict = ?, assignee = ?, triaged_at = ?, notes = notes + ? WHERE key = ?',
  ).run(after.state, after.verdict, after.assignee, now, notes, key);
}

const Item = z.object({ detection: z.number(), before: z.string(), after: z.string() });

/** Takes an act back for every detection that still is as the act left it. Its notes stay, marked as undone. */
export function undoTriage(parts: TriageParts, act: number): TriageDone {
  const { db, clock } = parts;
  return durableTransaction(db, () => {
    const items = db
      .prepare(
        `SELECT i.detection, i.before, i.after FROM triage_item i JOIN triage t ON t.key = i.triage
         WHERE i.triage = ? AND t.undone = 0`,
      )
      .all(act)
      .map((row) => Item.parse(row));
    if (items.length === 0) return { changed: 0, skipped: 0, undo: null };
    const now = clock();
    const undo = beginAct(parts, now, null);
    let changed = 0;
    for (const item of items) {
      const [before, after] = [Part.parse(JSON.parse(item.before)), Part.parse(JSON.parse(item.after))];
      const current = readPart(db, item.detection);
      if (!same(current, after)) continue;
      writeItem(db, undo, item.detection, current, before, now, 0);
      changed += 1;
    }
    const skipped = items.length - changed;
    if (changed === 0) return dropAct(db, undo, skipped);
    db.prepare('UPDATE triage SET undone = 1 WHERE key = ?').run(act);
    refreshOpen(
      db,
      items.map(({ detection }) => detection),
    );
    parts.journal.recordOperatorAction({ action: 'detection-triage-undone', details: { changed, act } });
    return { changed, skipped, undo };
  });
}

const Action = z.object({
  key: z.number(),
  at: EpochMs,
  operator: z.string(),
  note: z.string().nullable(),
  undone: z.number(),
  before: z.string(),
  after: z.string(),
});

/** What was done with a detection, oldest first. */
export const triageActions = (db: ReadableDb, detection: number): readonly TriageAction[] =>
  db
    .prepare(
      `SELECT t.key, t.at, t.operator, t.note, t.undone, i.before, i.after FROM triage_item i
       JOIN triage t ON t.key = i.triage WHERE i.detection = ? ORDER BY t.key LIMIT 500`,
    )
    .all(detection)
    .map((raw) => {
      const row = Action.parse(raw);
      return {
        key: row.key,
        at: row.at,
        by: row.operator,
        from: Part.parse(JSON.parse(row.before)),
        to: Part.parse(JSON.parse(row.after)),
        note: row.note,
        undone: row.undone === 1,
      };
    });
