import type { Log } from '#shared/domain/log.ts';
import type { Enricher } from '#geo/enrich.ts';
import type { Committed, Job } from './ingest/committer.ts';
import type { WritableDb } from './mirror/database.ts';
import { refreshAddresses } from './mirror/refresh-addresses.ts';
import { listsToApply } from './network-lists.ts';

export interface ListFollower {
  /** Brings mirrored addresses up to the lists that are loaded now, in the background; begins anew when they change. */
  follow(): void;
  following(): boolean;
  stop(): void;
}

/** What the mirror says of networks follows the lists that the operator loaded. */
export function createListFollower(parts: {
  readonly db: WritableDb;
  readonly profile: string;
  readonly enricher: Pick<Enricher, 'enrich'>;
  readonly submit: (job: Job) => Promise<Committed>;
  readonly log: Log;
}): ListFollower {
  const { db, enricher, submit, log } = parts;
  let underWay: AbortController | null = null;
  let stopped = false;

  const stop = (): void => {
    underWay?.abort();
    underWay = null;
  };
  return {
    follow: () => {
      stop();
      const due = stopped ? null : listsToApply(parts.profile);
      if (due === null) return;
      const mine = new AbortController();
      underWay = mine;
      refreshAddresses({ db, enricher, submit, signal: mine.signal })
        .then((whole) => {
          if (whole) due.done();
        })
        .catch((error: unknown) => {
          log.warn('networks of mirrored addresses are as before', { error: String(error) });
        })
        .finally(() => {
          if (underWay === mine) underWay = null;
        });
    },
    following: () => underWay !== null,
    stop: () => {
      stopped = true;
      stop();
    },
  };
}
