import { z } from 'zod';
import { epochMs } from '#shared/domain/units.ts';
import { ChannelId } from '#shared/domain/ids.ts';
import { ChannelConfig, type ChannelView } from '#shared/ipc/notify-contract.ts';
import type { SecretState } from '#shared/ipc/views.ts';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';
import { readRows } from '../mirror/statements.ts';

const Row = z.object({
  id: ChannelId,
  config: z.string(),
  last_sent_at: z.number().nullable(),
  failing_since: z.number().nullable(),
  problem: z.string().nullable(),
  waiting: z.number(),
});

/** Every channel, oldest first. */
export const channelViews = (
  db: ReadableDb,
  secret: (id: ChannelId) => SecretState,
): readonly ChannelView[] =>
  readRows(
    db,
    `SELECT c.*, (SELECT count(*) FROM notify_item i LEFT JOIN notify_delivery d ON d.key = i.delivery
         WHERE i.channel = c.id AND (i.delivery IS NULL OR d.finished_at IS NULL)) AS waiting
       FROM notify_channel c ORDER BY c.created_at, c.id`,
  ).map((raw) => {
    const row = Row.parse(raw);
    return {
      ...ChannelConfig.parse(JSON.parse(row.config)),
      id: row.id,
      secret: secret(row.id),
      lastSentAt: row.last_sent_at === null ? null : epochMs(row.last_sent_at),
      failing:
        row.failing_since === null
          ? null
          : { since: epochMs(row.failing_since), problem: row.problem ?? 'unknown' },
      waiting: row.waiting,
    };
  });

export function saveChannel(db: WritableDb, id: ChannelId, config: ChannelConfig, now: number): void {
  db.prepare(
    `INSERT INTO notify_channel (id, config, created_at) VALUES (@id, @config, @now)
     ON CONFLICT DO UPDATE SET config = excluded.config`,
  ).run({ id, config: JSON.stringify(config), now });
}

export const deleteChannel = (db: WritableDb, id: ChannelId): void => {
  db.prepare('DELETE FROM notify_channel WHERE id = ?').run(id);
};

/** How the last try went; null: it got through. */
export function noteOutcome(db: WritableDb, id: ChannelId, now: number, problem: string | null): void {
  if (problem === null) {
    db.prepare(
      'UPDATE notify_channel SET last_sent_at = ?, failing_since = NULL, problem = NULL WHERE id = ?',
    ).run(now, id);
  } else {
    db.prepare(
      'UPDATE notify_channel SET failing_since = coalesce(failing_since, ?), problem = ? WHERE id = ?',
    ).run(now, problem, id);
  }
}
