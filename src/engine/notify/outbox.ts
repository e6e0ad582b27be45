import { z } from 'zod';
import { severityRank } from '#shared/domain/detection.ts';
import { epochMs } from '#shared/domain/units.ts';
import { ChannelId } from '#shared/domain/ids.ts';
import type { DeliveryView } from '#shared/ipc/notify-contract.ts';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';
import { Finding, type Item, type Message } from './finding.ts';
import type { WaitingItem } from './plan.ts';

/** Items that one message carries in full; the rest is counted. */
const MOST_ITEMS = 500;

/** Remembers what a channel is to be told; what it was told already changes nothing. True when it is new. */
export function addItem(db: WritableDb, channel: ChannelId, item: Item, now: number): boolean {
  const { connection, record } = item.finding;
  const told = db
    .prepare(
      `SELECT max(rank) FROM notify_item WHERE channel = ? AND connection = ? AND detection = ? AND what = 'raised'`,
    )
    .pluck()
    .get(channel, connection, record.id);
  const rank = severityRank(record.severity);
  if (item.what === 'raised' && told !== null && Number(told) >= rank) return false;
  if (item.what === 'withdrawn') {
    const dropped = db
      .prepare(
        `DELETE FROM notify_item WHERE channel = ? AND connection = ? AND detection = ? AND delivery IS NULL`,
      )
      .run(channel, connection, record.id).changes;
    // Nobody was told of it, so nobody needs to be told that it is gone.
    if (told === null || dropped > 0) return false;
  }
  return (
    db
      .prepare(
        `INSERT INTO notify_item (channel, connection, detection, what, rank, body, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .run(channel, connection, record.id, item.what, rank, JSON.stringify(item.finding), now).changes > 0
  );
}

const Waiting = z.object({ key: z.number(), rank: z.number(), created_at: z.number() });

export const waitingItems = (db: ReadableDb, channel: ChannelId): readonly WaitingItem[] =>
  db
    .prepare(
      'SELECT key, rank, created_at FROM notify_item WHERE channel = ? AND delivery IS NULL ORDER BY key',
    )
    .all(channel)
    .map((row) => Waiting.parse(row))
    .map(({ key, rank, created_at }) => ({ key, rank, createdAt: created_at }));

/** When the messages since an instant were made. */
export const recentDeliveries = (db: ReadableDb, channel: ChannelId, since: number): readonly number[] =>
  db
    .prepare(
      `SELECT created_at FROM notify_delivery WHERE channel = ? AND created_at > ? AND shape = 'single'`,
    )
    .pluck()
    .all(channel, since)
    .map(Number);

/** Puts waiting items into one message. Returns its key. */
export function makeDelivery(
  db: WritableDb,
  channel: ChannelId,
  id: string,
  shape: 'single' | 'digest',
  items: readonly WaitingItem[],
  now: number,
): number {
  const key = Number(
    db
      .prepare(
        `INSERT INTO notify_delivery (id, channel, shape, state, created_at, next_at) VALUES (?, ?, ?, 'waiting', ?, ?)`,
      )
      .run(id, channel, shape, now, now).lastInsertRowid,
  );
  const assign = db.prepare('UPDATE notify_item SET delivery = ? WHERE key = ?');
  for (const item of items) assign.run(key, item.key);
  return key;
}

const Open = z.object({
  key: z.number(),
  id: z.string(),
  shape: z.enum(['single', 'digest']),
  created_at: z.number(),
  attempts: z.number(),
  next_at: z.number().nullable(),
});
export interface OpenDelivery {
  readonly key: number;
  readonly attempts: number;
  readonly createdAt: number;
  /** Console clock, ms. */
  readonly nextAt: number;
  readonly message: Message;
}

/** The oldest message of a channel that has not gone out, or null. A channel sends in order. */
export function openDelivery(db: ReadableDb, channel: ChannelId): OpenDelivery | null {
  const raw = db
    .prepare('SELECT * FROM notify_delivery WHERE channel = ? AND finished_at IS NULL ORDER BY key LIMIT 1')
    .get(channel);
  if (raw === undefined) return null;
  const row = Open.parse(raw);
  const total = Number(
    db.prepare('SELECT count(*) FROM notify_item WHERE delivery = ?').pluck().get(row.key),
  );
  const items = db
    .prepare('SELECT what, body FROM notify_item WHERE delivery = ? ORDER BY key LIMIT ?')
    .all(row.key, MOST_ITEMS)
    .map((item): Item => {
      const { what, body } = z
        .object({ what: z.enum(['raised', 'withdrawn']), body: z.string() })
        .parse(item);
      return { what, finding: Finding.parse(JSON.parse(body)) };
    });
  return {
    key: row.key,
    attempts: row.attempts,
    createdAt: row.created_at,
    nextAt: row.next_at ?? 0,
    message: { id: row.id, createdAt: row.created_at, shape: row.shape, items, total },
  };
}

export const markSending = (db: WritableDb, key: number): void => {
  db.prepare(`UPDATE notify_delivery SET state = 'sending', attempts = attempts + 1 WHERE key = ?`).run(key);
};
export const markWaiting = (db: WritableDb, key: number, nextAt: number, problem: string): void => {
  db.prepare(`UPDATE notify_delivery SET state = 'waiting', next_at = ?, problem = ? WHERE key = ?`).run(
    nextAt,
    problem,
    key,
  );
};
export const markFinished = (
  db: WritableDb,
  key: number,
  state: 'sent' | 'failed' | 'cancelled',
  now: number,
  problem: string | null,
): void => {
  db.prepare(
    'UPDATE notify_delivery SET state = ?, finished_at = ?, next_at = NULL, problem = ? WHERE key = ?',
  ).run(state, now, problem, key);
};

/**
 * After a start: what was being sent when the program ended may have arrived. It is sent once more; one that was
 * interrupted twice is given up visibly, so that nothing arrives more than twice.
 */
export function recoverInterrupted(db: WritableDb, now: number): void {
  db.prepare(
    `UPDATE notify_delivery SET interrupted = interrupted + 1, state = 'waiting', next_at = @now WHERE state = 'sending'`,
  ).run({ now });
  db.prepare(
    `UPDATE notify_delivery SET state = 'failed', finished_at = @now, next_at = NULL,
       problem = 'the program ended twice while this was being sent; it may have arrived'
     WHERE finished_at IS NULL AND interrupted >= 2`,
  ).run({ now });
}

/** What a channel waits to try again is due at once. Returns how many messages. */
export const dueNow = (db: WritableDb, channel: ChannelId, now: number): number =>
  db
    .prepare(`UPDATE notify_delivery SET next_at = ? WHERE channel = ? AND state = 'waiting'`)
    .run(now, channel).changes;

/** What was given up begins anew. Returns how many messages. */
export const reviveFailed = (db: WritableDb, channel: ChannelId, now: number): number =>
  db
    .prepare(
      `UPDATE notify_delivery SET state = 'waiting', next_at = @now, created_at = @now, finished_at = NULL, interrupted = 0
       WHERE channel = @channel AND state = 'failed'`,
    )
    .run({ channel, now }).changes;

/** Forgets a channel's messages. */
export function dropOutbox(db: WritableDb, channel: ChannelId): void {
  db.prepare('DELETE FROM notify_item WHERE channel = ?').run(channel);
  db.prepare('DELETE FROM notify_delivery WHERE channel = ?').run(channel);
}

/** Forgets messages that ended before an instant. A detection of that time does not come again. */
export function dropOld(db: WritableDb, before: number): void {
  db.prepare(
    'DELETE FROM notify_item WHERE delivery IN (SELECT key FROM notify_delivery WHERE finished_at < ?)',
  ).run(before);
  db.prepare('DELETE FROM notify_delivery WHERE finished_at < ?').run(before);
}

const Row = z.object({
  id: z.string(),
  channel: ChannelId,
  shape: z.enum(['single', 'digest']),
  state: z.enum(['waiting', 'sending', 'sent', 'failed', 'cancelled']),
  created_at: z.number(),
  attempts: z.number(),
  next_at: z.number().nullable(),
  finished_at: z.number().nullable(),
  problem: z.string().nullable(),
  detections: z.number(),
  titles: z.string(),
});

/** The latest messages, newest first. */
export const latestDeliveries = (
  db: ReadableDb,
  channel: ChannelId | null,
  limit: number,
): readonly DeliveryView[] =>
  db
    .prepare(
      `SELECT d.*, (SELECT count(*) FROM notify_item i WHERE i.delivery = d.key) AS detections,
         (SELECT json_group_array(t) FROM (SELECT body ->> '$.record.evidence.title' AS t FROM notify_item i
            WHERE i.delivery = d.key ORDER BY i.key LIMIT 20)) AS titles
       FROM notify_delivery d WHERE @channel IS NULL OR d.channel = @channel ORDER BY d.key DESC LIMIT @limit`,
    )
    .all({ channel, limit })
    .map((raw) => {
      const row = Row.parse(raw);
      return {
        id: row.id,
        channel: row.channel,
        shape: row.shape,
        state: row.state,
        titles: z.array(z.string()).parse(JSON.parse(row.titles)),
        detections: row.detections,
        createdAt: epochMs(row.created_at),
        attempts: row.attempts,
        nextAt: row.next_at === null ? null : epochMs(row.next_at),
        finishedAt: row.finished_at === null ? null : epochMs(row.finished_at),
        problem: row.problem,
      };
    });
