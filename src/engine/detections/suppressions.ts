import { z } from 'zod';
import { DetectionName } from '#shared/domain/detection.ts';
import { EpochMs, type Clock } from '#shared/domain/units.ts';
import type { ParsedOf } from '#shared/ipc/contract.ts';
import { SuppressionScope, type DETECTION_METHODS } from '#shared/ipc/detections-contract.ts';
import type { SuppressionReach, SuppressionView } from '#shared/ipc/detections-views.ts';
import { createAddressList, isAddressOrBlock } from '../detect/address.ts';
import type { OperatorJournal } from '../journal/journal.ts';
import { durableTransaction, type ReadableDb, type WritableDb } from '../mirror/database.ts';
import { ProblemError } from '../problem-error.ts';
import { actionDetails } from './action-details.ts';
import { refreshOpen } from './marks.ts';
import { detectionRows, HEARD } from './rows.ts';

const Row = z.object({
  key: z.number(),
  scope: z.string(),
  reason: z.string(),
  operator: z.string(),
  created_at: EpochMs,
  expires_at: EpochMs,
  removed_at: EpochMs.nullable(),
  silenced: z.number(),
});

/** Every suppression, newest first. */
export const suppressionViews = (db: ReadableDb): readonly SuppressionView[] =>
  db
    .prepare(
      `SELECT s.*, (SELECT count(*) FROM detection d WHERE d.suppression = s.key) AS silenced
       FROM suppression s ORDER BY s.key DESC LIMIT 1000`,
    )
    .all()
    .map((raw) => {
      const row = Row.parse(raw);
      return {
        id: row.key,
        scope: SuppressionScope.parse(JSON.parse(row.scope)),
        reason: row.reason,
        by: row.operator,
        createdAt: row.created_at,
        expiresAt: row.expires_at,
        removedAt: row.removed_at,
        silenced: row.silenced,
      };
    });

/** What a suppression looks at in a detection. */
export interface Suppressible {
  readonly connection: string;
  readonly name: string;
  readonly account: string | null;
  readonly entity: string;
  readonly ip: string | null;
  readonly asn: number | null;
  readonly country: string | null;
  readonly raisedAt: number;
}
interface Standing {
  readonly key: number;
  readonly expiresAt: number;
  readonly matches: (one: Suppressible) => boolean;
}

function compile(scope: SuppressionScope): (one: Suppressible) => boolean {
  const inBlock = scope.ip === undefined ? null : createAddressList([scope.ip]);
  return (one) =>
    (scope.connection === null || scope.connection === one.connection) &&
    (scope.detection === undefined || scope.detection === one.name) &&
    (scope.account === undefined || scope.account === one.account) &&
    (scope.entity === undefined || scope.entity === one.entity) &&
    (scope.asn === undefined || scope.asn === one.asn) &&
    (scope.country === undefined || scope.country === one.country) &&
    (inBlock === null || (one.ip !== null && inBlock(one.ip.replace(/::\/64$/, '::'))));
}

/** The suppressions that stand, compiled; call again after one was added or removed. */
export function standingSuppressions(db: ReadableDb): (one: Suppressible) => number | null {
  const standing: Standing[] = db
    .prepare('SELECT key, scope, expires_at FROM suppression WHERE removed_at IS NULL ORDER BY key')
    .all()
    .map((raw) => {
      const row = z.object({ key: z.number(), scope: z.string(), expires_at: z.number() }).parse(raw);
      return {
        key: row.key,
        expiresAt: row.expires_at,
        matches: compile(SuppressionScope.parse(JSON.parse(row.scope))),
      };
    });
  return (one) => standing.find((entry) => one.raisedAt < entry.expiresAt && entry.matches(one))?.key ?? null;
}

const Candidate = z.object({
  key: z.number(),
  connection: z.string(),
  name: DetectionName,
  account: z.string().nullable(),
  entity: z.string(),
  ip: z.string().nullable(),
  asn: z.number().nullable(),
  country: z.string().nullable(),
  raised_at: z.number(),
  state: z.string(),
});

/** Heard detections that a scope matches. SQL narrows by what it can; blocks of addresses are looked at one by one. */
function candidates(db: ReadableDb, scope: SuppressionScope): readonly z.infer<typeof Candidate>[] {
  const matches = compile(scope);
  return db
    .prepare(
      `SELECT d.key, c.id AS connection, d.name, a.id AS account, d.entity_id AS entity, d.ip, d.asn, d.country,
         d.raised_at, d.state
       FROM detection d JOIN connection c ON c.key = d.connection LEFT JOIN account a ON a.key = d.account
       WHERE ${HEARD} AND (@connection IS NULL OR c.id = @connection) AND (@name IS NULL OR d.name = @name)
         AND (@asn IS NULL OR d.asn = @asn) AND (@country IS NULL OR d.country = @country)
         AND (@account IS NULL OR a.id = @account) AND (@entity IS NULL OR d.entity_id = @entity)
       ORDER BY d.last_at DESC`,
    )
    .all({
      connection: scope.connection,
      name: scope.detection ?? null,
      asn: scope.asn ?? null,
      country: scope.country ?? null,
      account: scope.account ?? null,
      entity: scope.entity ?? null,
    })
    .map((row) => Candidate.parse(row))
    .filter((one) => matches({ ...one, raisedAt: one.raised_at }));
}

function checkScope(scope: SuppressionScope): void {
  if (scope.ip === undefined || isAddressOrBlock(scope.ip)) return;
  throw new ProblemError({
    code: 'INVALID',
    message: `“${scope.ip}” is neither an address nor a CIDR block.`,
    advice: 'Write an address such as 203.0.113.7, or a block such as 203.0.113.0/24.',
  });
}

export function suppressionReach(db: ReadableDb, scope: SuppressionScope): SuppressionReach {
  checkScope(scope);
  const found = candidates(db, scope);
  const byName = new Map<DetectionName, number>();
  for (const { name } of found) byName.set(name, (byName.get(name) ?? 0) + 1);
  return {
    matching: found.length,
    open: found.filter(({ state }) => state !== 'closed').length,
    byDetection: [...byName]
      .map(([detection, count]) => ({ detection, count }))
      .sort((a, b) => b.count - a.count),
    sample: detectionRows(
      db,
      found.slice(0, 20).map(({ key }) => key),
    ),
  };
}

interface Parts {
  readonly db: WritableDb;
  readonly clock: Clock;
  readonly journal: Pick<OperatorJournal, 'recordOperatorAction'>;
  readonly operatorName: () => string;
}

export function addSuppression(
  { db, clock, journal, operatorName }: Parts,
  request: ParsedOf<(typeof DETECTION_METHODS)['suppressions.add']>,
): SuppressionView {
  const { scope, reason, expiresAt, existing } = request;
  checkScope(scope);
  return durableTransaction(db, () => {
    const now = clock();
    if (expiresAt <= now) {
      throw new ProblemError({
        code: 'INVALID',
        message: 'The suppression would have ended already.',
        advice: 'Choose a time in the future.',
      });
    }
    const key = Number(
      db
        .prepare(
          'INSERT INTO suppression (scope, reason, operator, created_at, expires_at) VALUES (?, ?, ?, ?, ?)',
        )
        .run(JSON.stringify(scope), reason, operatorName(), now, expiresAt).lastInsertRowid,
    );
    if (existing) {
      const open = candidates(db, scope).filter((one) => one.state !== 'closed' && one.raised_at < expiresAt);
      const silence = db.prepare('UPDATE detection SET suppression = ? WHERE key = ?');
      for (const one of open) silence.run(key, one.key);
      refreshOpen(
        db,
        open.map((one) => one.key),
      );
    }
    journal.recordOperatorAction({
      action: 'suppression-added',
      subject: { kind: 'suppression', id: String(key) },
      details: actionDetails({ scope, reason, expiresAt, existing }),
    });
    return viewOf(db, key);
  });
}

function viewOf(db: ReadableDb, key: number): SuppressionView {
  const found = suppressionViews(db).find(({ id }) => id === key);
  if (found !== undefined) return found;
  throw new ProblemError({
    code: 'NOT_FOUND',
    message: 'There is no such suppression.',
    advice: 'Look at the list of suppressions.',
  });
}

/** Ends a suppression; what it silenced is shown again. */
export function removeSuppression({ db, clock, journal }: Parts, key: number): { readonly shown: number } {
  return durableTransaction(db, () => {
    const { scope } = viewOf(db, key);
    db.prepare('UPDATE suppression SET removed_at = ? WHERE key = ? AND removed_at IS NULL').run(
      clock(),
      key,
    );
    const shown = db.prepare('SELECT key FROM detection WHERE suppression = ?').pluck().all(key).map(Number);
    db.prepare('UPDATE detection SET suppression = NULL WHERE suppression = ?').run(key);
    refreshOpen(db, shown);
    journal.recordOperatorAction({
      action: 'suppression-removed',
      subject: { kind: 'suppression', id: String(key) },
      details: actionDetails({ scope, shown: shown.length }),
    });
    return { shown: shown.length };
  });
}
