import type { EnrichedEvent } from '../../detect/event.ts';
import type { Logged } from '../event-log.ts';
import type { Mentioned, NamedSession } from '../recall.ts';
import type { Where } from '../write.ts';
import type { Posted } from './posted.ts';
import type { Said } from './requests.ts';

/** What came of a batch, with the batch. */
export interface Evaluated extends Pick<Extract<Said, { is: 'worked' }>, 'changes' | 'logins' | 'opened'> {
  readonly silent: boolean;
  readonly events: readonly EnrichedEvent[];
  readonly keys: Readonly<Record<string, number>> | undefined;
}

/**
 * Talks with whoever evaluates, on behalf of the transaction under way: posts its batches, and writes what comes back
 * before it is committed. All in that transaction.
 */
export interface Talk {
  /** An environment is going to be written about, and there is much to be worked out again before. */
  ahead(where: Where): void;
  /** A batch is about to be written. */
  arriving(where: Where, mentioned: Mentioned): void;
  /** A batch has been written. */
  take(where: Where, logged: Logged): void;
  /**
   * A batch that a later transaction will write, after all that were posted before it. Null: not now, because what is
   * remembered is about to be saved.
   */
  post(where: Where, mentioned: Mentioned, logged: Logged): Posted | null;
  /** It has been written, in this transaction; false: it is to be taken anew, as if it had never been posted. */
  adopt(posted: Posted, keys: Logged['keys']): boolean;
  /** It will not be written. */
  leaveOut(posted: Posted): void;
  /** Which sessions of a snapshot are remembered; the people of others are recalled anew. */
  remembered(where: Where, sessions: readonly NamedSession[]): ReadonlySet<string>;
  /** Writes what has come back so far. */
  hear(): void;
  /** Waits for everything that was asked, and writes it with counters and what is to be saved. */
  settle(training: (where: Where) => boolean): void;
  /** Saves what is remembered of these environments. */
  save(of: (where: Where) => boolean): void;
  /** Facts about accounts have changed. */
  accountsChanged(): void;
  committed(): void;
  /** What is held of one environment (null: of all) is void. */
  drop(connection: number | null): void;
  /** A batch that could not be evaluated is left out: counted and logged. */
  fault(where: Where, message: string): void;
  close(): Promise<void>;
}
