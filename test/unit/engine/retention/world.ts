import { createRetentionKeeper, type RetentionKeeper } from '#engine/retention/keeper.ts';
import { epochMs } from '#shared/domain/units.ts';
import { transaction } from '#engine/mirror/database.ts';
import { sealStep } from '#engine/mirror/seal.ts';
import { fakeAccount, fakeEvent, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { ingestWorld, type IngestWorld } from '../ingest/world.ts';

export const DAY = 86_400_000;
/** The console's clock in these tests. */
export const NOW = epochMs(Date.UTC(2026, 5, 1));

export interface RetentionWorld extends IngestWorld {
  readonly keeper: RetentionKeeper;
  seal(): void;
  /** A person with an account, a session and events on every one of some days. */
  live(name: string, days: readonly number[], connection?: number): void;
}

/** A mirror with small segments, and the keeper on it. */
export function retentionWorld(): RetentionWorld {
  const world = ingestWorld({ leastRows: 20 });
  const quiet = () => undefined;
  const keeper = createRetentionKeeper({
    db: world.db,
    writer: world.writer,
    submit: (job) => world.committer.submit(job),
    memories: { letGo: quiet, resume: quiet },
    clock: () => NOW,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    changed: quiet,
  });
  const { writer, db } = world;
  return {
    ...world,
    keeper,
    seal: () => {
      while (transaction(db, () => sealStep(db)));
    },
    live: (name, days, connection = 1) => {
      transaction(db, () => {
        writer.accounts.upsert(
          connection,
          fakeAccount(`id-of-${name}`, { name, email: `${name}@mail.example` }),
          NOW - 400 * DAY,
        );
        for (const day of days) {
          const at = NOW - day * DAY;
          const id = `${name}-${String(day)}`;
          const ip = `8.${String(day % 250)}.${String(name.length)}.1`;
          const seen = { at, ip, userAgent: `agent of ${name}` };
          writer.sessions.upsert(
            connection,
            fakeSession(id, { account: { id: `id-of-${name}`, name }, opened: seen, last: seen }),
            at,
            'v',
          );
          if (day > 0) writer.sessions.close(connection, id, { at: at + 60_000, reason: 'logout' });
          for (const action of ['login', 'activity', 'logout']) {
            const event = fakeEvent(`${id}-${action}`, {
              at,
              action,
              account: { id: `id-of-${name}`, name },
              ip,
              userAgent: seen.userAgent,
              sessionId: id,
              message: `${name} did ${action}`,
              attributes: { mail: `${name}@mail.example` },
            });
            writer.audit.write(connection, event, 'stream');
          }
        }
        writer.flush();
      });
    },
  };
}
