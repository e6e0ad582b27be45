import type { z } from 'zod';
import type { Log } from '#shared/domain/log.ts';
import { MINUTE, SECOND, type Clock } from '#shared/domain/units.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import { HistoryAnswer } from '#shared/protocol/stream.ts';
import type { Ingest, Who } from '../ingest/ingest.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { nextHistory, type HistoryProgress, type HistoryRange } from '../mirror/history-ranges.ts';
import { backOff } from './back-off.ts';

type Answer = z.infer<typeof HistoryAnswer>;

/** A cursor lives an hour at least; a little less is safe. */
const CURSOR_MS = LIMITS.historyCursorLivesMs - 10 * MINUTE;
/** Pages without anything new or older after which an agent is not believed that there is more. */
const MOST_IDLE_PAGES = 20;
const ANSWER_MS = 30 * SECOND;

export interface HistoryLoader {
  /** Reads what is planned, newest stretch first, until done or aborted. */
  run(): Promise<void>;
}

/** Reads the past page by page while the stream goes on; each page is committed with how far it has come. */
export function createHistoryLoader(options: {
  readonly who: Who;
  readonly db: ReadableDb;
  readonly ingest: Ingest;
  readonly request: (payload: unknown, timeoutMs: number) => Promise<unknown>;
  readonly pageSize: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly signal: AbortSignal;
}): HistoryLoader {
  const { who, db, ingest, clock, signal, log } = options;
  let failures = 0;
  let idlePages = 0;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });

  const ask = async (range: HistoryRange, useCursor: boolean): Promise<Answer | null> => {
    const until = range.oldest === null ? range.until : range.oldest + 1;
    try {
      return HistoryAnswer.parse(
        await options.request(
          {
            limit: options.pageSize,
            ...(range.since === null ? {} : { since: range.since }),
            ...(useCursor
              ? { cursor: range.cursor, ...(range.until === null ? {} : { until: range.until }) }
              : until === null
                ? {}
                : { until }),
          },
          ANSWER_MS,
        ),
      );
    } catch (error) {
      log.debug('a page of history did not come', { connection: who.id, error: String(error) });
      return null;
    }
  };

  /** False when there is nothing left to do. */
  const step = async (): Promise<boolean> => {
    const range = nextHistory(db, who.key);
    if (range === null) return false;
    const useCursor =
      range.cursor !== null && range.cursorAt !== null && clock() - range.cursorAt < CURSOR_MS;
    const answer = await ask(range, useCursor);
    if (signal.aborted) return false;
    if (answer?.ok === true) {
      failures = 0;
      await store(range, answer.items, answer.next ?? null);
      return true;
    }
    const code = answer?.error.code ?? '';
    if (code === 'FORBIDDEN' || code === 'UNSUPPORTED') {
      await finish(range, `the agent keeps no history for this token (${code})`);
      return true;
    }
    if (useCursor && (code === 'INVALID' || code === 'STALE' || code === 'NOT_FOUND')) {
      // The cursor is no longer good; the time of the oldest event is.
      await write(range, [], () => ({
        oldest: range.oldest,
        cursor: null,
        cursorAt: clock(),
        events: 0,
        done: false,
      }));
      return true;
    }
    failures += 1;
    const asked = answer?.error.details?.['retryAfterMs'];
    await pause(
      typeof asked === 'number'
        ? Math.min(Math.max(asked, SECOND), 10 * MINUTE)
        : 4 * backOff(failures, options.random()),
    );
    return true;
  };

  const write = async (
    range: HistoryRange,
    items: readonly unknown[],
    progress: (seen: { oldest: number | null; added: number }) => HistoryProgress,
  ): Promise<void> => {
    const result = await ingest.history(who, range, { items, progress }, () => !signal.aborted);
    if (result.is === 'failed') {
      log.error('a page of history could not be written', {
        connection: who.id,
        error: String(result.error),
      });
      await finish(range, 'a page could not be written');
    }
  };
  const finish = (range: HistoryRange, note: string): Promise<void> =>
    write(range, [], () => ({
      oldest: range.oldest,
      cursor: null,
      cursorAt: clock(),
      events: 0,
      done: true,
      note,
    }));

  const store = async (
    range: HistoryRange,
    items: readonly unknown[],
    next: string | null,
  ): Promise<void> => {
    const page = { idle: false };
    await write(range, items, ({ oldest, added }) => {
      page.idle = added === 0 && oldest === range.oldest;
      const lost = page.idle && idlePages + 1 >= MOST_IDLE_PAGES;
      return {
        oldest,
        cursor: next,
        cursorAt: clock(),
        events: added,
        done: next === null || lost,
        ...(lost ? { note: 'the agent went on without sending anything new' } : {}),
      };
    });
    idlePages = page.idle ? idlePages + 1 : 0;
  };

  return {
    run: async () => {
      while (!signal.aborted && (await step()));
    },
  };
}
