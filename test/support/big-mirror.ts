import type { WritableDb } from '#engine/mirror/database.ts';
import { transaction } from '#engine/mirror/database.ts';
import { sealStep } from '#engine/mirror/seal.ts';
import { openMirror } from '#engine/mirror/open.ts';
import { createWriter } from '#engine/ingest/writer.ts';
import type { Enricher } from '#geo/enrich.ts';
import { epochMs } from '#shared/domain/units.ts';
import { addEnvironment } from '#test/support/environment.ts';
import { traffic } from './traffic.ts';

export interface BigMirror {
  readonly events: number;
  readonly sessions: number;
  readonly connections?: number;
  /** People stay where they are (traffic.ts). */
  readonly settled?: boolean;
  /** Events happen from this instant on, evenly until `until`. */
  readonly since: number;
  readonly until: number;
  readonly enricher: Pick<Enricher, 'enrich'>;
  readonly progress?: (events: number) => void;
}

const BATCH = 5_000;

/**
 * Fills the mirror of an empty profile through the product's own writers: sessions (nineteen of twenty have ended),
 * accounts, events in order of time, all segments sealed. About 40 s per million events.
 */
export function fillMirror(profile: string, options: BigMirror): void {
  const opened = openMirror(profile, epochMs(options.since));
  if (opened.is !== 'open') throw new Error(opened.is);
  const { db } = opened;
  // A crash while filling means filling again.
  db.pragma('synchronous = OFF');
  const writer = createWriter(db, options.enricher);
  const keys = Array.from({ length: options.connections ?? 3 }, (_, n) =>
    addEnvironment(db, `big-${n}`, {
      name: `Big ${n}`,
      url: `http://127.0.0.1:${n + 1}`,
      colour: n,
      createdAt: options.since,
    }),
  );
  const people = traffic({
    seed: 5,
    people: 5_000,
    sessions: options.sessions,
    settled: options.settled ?? false,
    start: options.since,
    stepMs: (options.until - options.since) / Math.max(1, options.events),
  });
  const keyOf = (n: number): number => keys[n % keys.length] ?? 0;
  const batches = (total: number, one: (n: number) => void, done?: (n: number) => void): void => {
    for (let from = 0; from < total; from += BATCH) {
      transaction(db, () => {
        for (let n = from; n < Math.min(total, from + BATCH); n += 1) one(n);
        writer.flush();
      });
      done?.(Math.min(total, from + BATCH));
    }
  };
  batches(people.people, (n) => writer.accounts.upsert(keyOf(n), people.account(n), options.since));
  const length = options.until - options.since;
  batches(options.sessions, (n) => {
    const session = people.sessionNumber(n);
    const openedAt = options.since + Math.floor((length * n) / options.sessions);
    const seen = Math.min(options.until, openedAt + (n % 97) * 60_000);
    const record = {
      ...session,
      opened: { ...session.opened, at: epochMs(openedAt) },
      last: { ...session.last, at: epochMs(seen) },
    };
    const key = keyOf(Math.floor(n / 40));
    writer.sessions.upsert(key, record, openedAt, 'v');
    if (n % 20 !== 0) {
      writer.sessions.close(key, session.id, {
        at: seen + 60_000,
        reason: n % 3 === 0 ? 'logout' : 'expired',
      });
    }
  });
  batches(
    options.events,
    () => {
      const event = people.event();
      writer.audit.write(keyOf(Number(event.account?.id ?? 0)), event, 'stream');
    },
    (done) => {
      while (transaction(db, () => sealStep(db)));
      options.progress?.(done);
    },
  );
  optimize(db);
  db.close();
}

/** As a running engine leaves it. */
function optimize(db: WritableDb): void {
  db.pragma('synchronous = NORMAL');
  db.pragma('analysis_limit = 400');
  db.exec('ANALYZE');
  db.pragma('wal_checkpoint(TRUNCATE)');
}
