import { existsSync, truncateSync } from 'node:fs';
import { z } from 'zod';
import type { Erased, RetentionPolicy } from '#shared/ipc/mirror-contract.ts';
import type { Dispose, Log } from '#shared/domain/log.ts';
import { HOUR, MINUTE, type Clock } from '#shared/domain/units.ts';
import type { Committed, Job } from '../ingest/committer.ts';
import type { Writer } from '../ingest/writer.ts';
import type { WritableDb } from '../mirror/database.ts';
import { cutsOf } from './cuts.ts';
import {
  deleteForSize,
  deleteOldDetections,
  deleteOldEvents,
  deleteOldSessions,
  type RunInForce,
} from './delete-step.ts';
import { refreshStatistics } from '../mirror/statistics.ts';
import { eraseSteps, type Memories, type PersonRows } from './erase.ts';
import { beginRun, endRun, noteDeleted, readPolicy, type RunStart } from './policy-store.ts';
import { handleSteps, SWEPT, sweepSteps } from './sweep.ts';

/** Rows a step counts as; live batches wait for one step at most. */
const STEP_ROWS = 4_000;
const FIRST_MS = 2 * MINUTE;
const DELETE = {
  events: deleteOldEvents,
  sessions: deleteOldSessions,
  detections: deleteOldDetections,
} as const;
/** Pages given back to the system at a time. */
const VACUUM_PAGES = 2_000;

export interface RetentionKeeper {
  /** Begins to look after the mirror: soon, and then every hour. */
  start(): Dispose;
  /** Deletes what is due. One run at a time; others wait. */
  run(): Promise<void>;
  erase(person: PersonRows, compact: boolean): Promise<Erased>;
}

/** Deletes what the policy says, in the background, in small steps between live batches, and keeps the file tidy. */
export function createRetentionKeeper(options: {
  readonly db: WritableDb;
  readonly writer: Writer;
  readonly submit: (job: Job) => Promise<Committed>;
  readonly memories: Memories;
  readonly clock: Clock;
  readonly log: Log;
  /** Something was deleted: what is shown may be there no more. */
  readonly changed: () => void;
}): RetentionKeeper {
  const { db, writer, clock, log } = options;
  let chain: Promise<unknown> = Promise.resolve();
  let stopped = false;

  /** One small transaction; what was remembered about the mirror is read again after it. */
  const step = async <T>(work: () => T): Promise<T> => {
    const box: { value?: T } = {};
    const result = await options.submit({
      rows: STEP_ROWS,
      background: true,
      write: () => {
        writer.flush();
        box.value = work();
        writer.forget();
      },
    });
    if (result.is === 'failed') throw result.error;
    if (result.is === 'dropped') throw new Error('the engine stops');
    return box.value as T;
  };
  const exclusive = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = chain.then(work);
    chain = mine.catch(() => undefined);
    return mine;
  };

  const whole = async (start: RunStart, archiveFolder: string | null, one: (of: RunInForce) => boolean) => {
    const run = await step(() => beginRun(db, start));
    const of: RunInForce = { run, archiveFolder, at: start.at };
    while (await step(() => one(of)));
    const deleted = await step(() => {
      const rows = Number(db.prepare('SELECT rows FROM retention_run WHERE key = ?').pluck().get(run));
      endRun(db, run, clock());
      return rows;
    });
    return deleted > 0;
  };

  const sweep = async (): Promise<void> => {
    const handedOut = writer.dictionaries.watch();
    try {
      for (const one of handleSteps(db)) await step(one);
      for (const dictionary of SWEPT) {
        for (const one of sweepSteps(db, dictionary, handedOut)) await step(one);
      }
    } finally {
      handedOut.stop();
    }
  };
  const giveBack = async (): Promise<void> => {
    const free = (): number => Number(db.pragma('freelist_count', { simple: true }));
    for (let before = Infinity, now = free(); now > 0 && now < before; now = free()) {
      before = now;
      await step(() => db.pragma(`incremental_vacuum(${String(VACUUM_PAGES)})`));
    }
  };

  const apply = async (policy: RetentionPolicy): Promise<void> => {
    const at = clock();
    const { archiveFolder: folder } = policy;
    const detail = JSON.stringify(policy);
    let deleted = false;
    for (const cut of cutsOf(db, policy, at)) {
      const { kind, connection } = cut;
      const start = { at, cause: 'age', kind, detail, before: Math.max(0, cut.before), connection } as const;
      deleted = (await whole(start, folder, (of) => DELETE[kind](db, cut, of))) || deleted;
    }
    if (policy.mostMegabytes !== null) {
      const most = policy.mostMegabytes * 1e6;
      const start = { at, cause: 'size', kind: 'events', detail, before: null } as const;
      deleted = (await whole(start, folder, (of) => deleteForSize(db, most, of))) || deleted;
    }
    if (!deleted) return;
    await sweep();
    await giveBack();
    options.changed();
  };

  const run = (): Promise<void> =>
    exclusive(async () => {
      await apply(readPolicy(db));
      await step(() => {
        refreshStatistics(db);
      });
    });

  return {
    run,
    start: () => {
      closeInterrupted(db, clock(), log);
      const due = (): void => {
        run().catch((error: unknown) => {
          if (!stopped) log.warn('retention has to wait', { error: String(error) });
        });
      };
      const first = setTimeout(due, FIRST_MS);
      const every = setInterval(due, HOUR);
      return () => {
        stopped = true;
        clearTimeout(first);
        clearInterval(every);
      };
    },
    erase: (person, compact) =>
      exclusive(async () => {
        const done = { events: 0, sessions: 0, accounts: 0, struckOut: 0, leftInJournal: 0 };
        const detail = JSON.stringify({ accounts: person.accounts.length });
        const key = await step(() =>
          beginRun(db, { at: clock(), cause: 'person', kind: 'person', detail, before: null }),
        );
        for (const one of eraseSteps(db, person, done, options.memories)) await step(one);
        await sweep();
        await step(() => {
          noteDeleted(db, key, done.events + done.sessions + done.accounts + done.struckOut, null);
          endRun(db, key, clock());
        });
        if (compact) {
          db.pragma('auto_vacuum = INCREMENTAL');
          db.exec('VACUUM');
          db.pragma('wal_checkpoint(TRUNCATE)');
        } else await giveBack();
        options.memories.resume();
        options.changed();
        return done;
      }),
  };
}

const Open = z.object({ key: z.number(), archive: z.string().nullable(), archive_bytes: z.number() });

/** A run that was interrupted is over; what its archive has beyond the last deletion is still in the mirror. */
function closeInterrupted(db: WritableDb, now: number, log: Log): void {
  const open = db
    .prepare('SELECT key, archive, archive_bytes FROM retention_run WHERE finished_at IS NULL')
    .all();
  for (const raw of open) {
    const { key, archive, archive_bytes } = Open.parse(raw);
    try {
      if (archive !== null && existsSync(archive)) truncateSync(archive, archive_bytes);
    } catch (error) {
      log.warn('an archive could not be cut back', { archive, error: String(error) });
    }
    endRun(db, key, now);
  }
}
