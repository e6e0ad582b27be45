import { z } from 'zod';
import { DetectionRecord, type DetectionDelta } from '#shared/domain/detection.ts';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { WritableDb } from '../mirror/database.ts';
import type { KnownKeys } from '../mirror/known-keys.ts';
import { toChanges, type FoundChanges } from './finding.ts';
import { openRefresher } from './marks.ts';
import { createCampaigns, STORY_MS, type Stood } from './stories.ts';
import type { Suppressible } from './suppressions.ts';

export interface DetectionWriter {
  /**
   * Writes how the findings of one environment changed. Returns those that are new and heard, and those that had been
   * heard and have lost their ground. Inside the transaction of the batch they come from.
   */
  write(connection: Where, deltas: readonly DetectionDelta[], now: number): WrittenFindings;
  /** The same of what is in rows already. */
  writeRows(connection: Where, changes: FoundChanges, now: number): WrittenFindings;
}
export interface WrittenFindings {
  readonly fresh: readonly Fresh[];
  readonly gone: readonly DetectionRecord[];
}
export interface Fresh {
  readonly key: number;
  readonly record: DetectionRecord;
}
export interface Where {
  readonly key: number;
  readonly id: ConnectionId;
}

const Withdrawn = z.object({ key: z.number(), record: z.string(), heard: z.number() });
type Before = Stood & { readonly severity: number };

export function createDetectionWriter(
  db: WritableDb,
  suppression: () => (one: Suppressible) => number | null,
  keys: KnownKeys,
): DetectionWriter {
  const before = db.prepare(
    `SELECT withdrawn_at, severity, filtered, account, session, ip, raised_at, last_at,
       (SELECT max(last_at) FROM detection) AS newest
     FROM detection WHERE connection = ? AND id = ?`,
  );
  const upsert = db.prepare(
    `INSERT INTO detection (connection, id, name, severity, entity_kind, entity_id, account, session, ip, country,
         asn, raised_at, last_at, found_at, changed_at, filtered, suppression, retrospective, summary, users, events,
         record)
       VALUES (${Array.from({ length: 22 }, () => '?').join(', ')})
       ON CONFLICT (connection, id) DO UPDATE SET severity = excluded.severity, session = excluded.session,
         account = excluded.account, ip = excluded.ip, country = excluded.country, asn = excluded.asn,
         raised_at = excluded.raised_at, last_at = excluded.last_at, changed_at = excluded.changed_at,
         withdrawn_at = NULL, filtered = excluded.filtered, suppression = excluded.suppression,
         retrospective = excluded.retrospective, summary = excluded.summary, users = excluded.users,
         events = excluded.events, record = excluded.record
       RETURNING key, campaign`,
  );
  const withdraw = db.prepare(
    `UPDATE detection SET withdrawn_at = ?, changed_at = ? WHERE connection = ? AND id = ? AND withdrawn_at IS NULL
       RETURNING key, record, filtered IS NULL AND suppression IS NULL AND retrospective = 0 AS heard`,
  );
  const assignCampaign = createCampaigns(db);
  const refreshMarks = openRefresher(db);
  const newest = db.prepare('SELECT max(key) FROM detection').pluck();
  /** Keys above this are of findings that were not there before; null: not read yet. */
  let highest: number | null = null;

  const writeRows = (where: Where, { found, withdrawn }: FoundChanges, now: number): WrittenFindings => {
    const touched: number[] = [];
    highest ??= Number(newest.get() ?? 0);
    const fresh: Fresh[] = [];
    const gone: DetectionRecord[] = [];
    for (const id of withdrawn) {
      const raw = withdraw.get(now, now, where.key, id);
      if (raw === undefined) continue;
      const row = Withdrawn.parse(raw);
      touched.push(row.key);
      if (row.heard === 1) gone.push(DetectionRecord.parse(JSON.parse(row.record)));
    }
    for (const row of found) {
      const { user, shared, session } = row;
      const silenced = suppression()({
        ip: row.ip,
        country: row.country,
        asn: row.asn,
        connection: where.id,
        name: row.name,
        account: user,
        entity: row.entityId,
        raisedAt: row.raisedAt,
      });
      const heard = row.filtered === null && silenced === null && !row.retrospective;
      const old = row.filtered === null ? (before.get(where.key, row.id) as Before | undefined) : undefined;
      const about = {
        account: user === null || shared ? null : keys.account(where.key, user),
        session: session === null ? null : keys.session(where.key, session),
      };
      // In their order: a value that is looked for by its name takes several times as long to be bound.
      const { key, campaign } = upsert.get(
        where.key,
        row.id,
        row.name,
        row.severity,
        row.entityKind,
        row.entityId,
        about.account,
        about.session,
        row.ip,
        row.country,
        row.asn,
        row.raisedAt,
        row.lastAt,
        now,
        now,
        row.filtered,
        silenced,
        Number(row.retrospective),
        row.summary,
        row.users,
        row.events,
        row.record,
      ) as { readonly key: number; readonly campaign: string | null };
      // One that was silenced from the beginning has never been open, and half of them are.
      if (row.filtered === null || key <= highest) touched.push(key);
      highest = Math.max(highest, key);
      if (row.filtered === null)
        assignCampaign({
          stood: old ?? null,
          itself: { key, id: row.id, campaign, raised_at: row.raisedAt, last_at: row.lastAt },
          connection: where.key,
          ip: row.ip,
          kind: row.entityKind,
          from: row.raisedAt - STORY_MS,
          until: row.lastAt + STORY_MS,
          ...about,
        });
      if (!heard) continue;
      if (old === undefined || old.withdrawn_at !== null || old.severity < row.severity)
        fresh.push({ key, record: JSON.parse(row.record) as DetectionRecord });
    }
    if (touched.length > 0) refreshMarks(touched);
    return { fresh, gone };
  };

  return {
    write: (where, deltas, now) => writeRows(where, toChanges(deltas), now),
    writeRows,
  };
}
