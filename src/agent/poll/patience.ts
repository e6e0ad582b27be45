import { SECOND } from '#shared/domain/units.ts';
import type { StoreAdapter } from '../stores/store-adapter.ts';
import { StoreError } from '../stores/store-adapter.ts';

/** A question to a store that brings nothing for this long is given up. */
export const PATIENCE_MS = 60 * SECOND;

/**
 * The adapter with an end to waiting: a question that brings no answer and no page for `ms` is aborted and fails as
 * unavailable, so that a store that hangs is `down` like one that refuses.
 */
export function withPatience(adapter: StoreAdapter, ms: number): StoreAdapter {
  const { accountsOf, events, setBlocked, posture, warnings } = adapter;
  const wait = <T>(signal: AbortSignal, work: (signal: AbortSignal, progress: () => void) => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      const giveUp = new AbortController();
      const stop = () => giveUp.abort();
      signal.addEventListener('abort', stop);
      const expire = () => {
        giveUp.abort();
        reject(
          new StoreError(
            'unavailable',
            `The store did not answer for ${String(Math.round(ms / SECOND))} seconds.`,
          ),
        );
      };
      let timer = setTimeout(expire, ms);
      const progress = () => {
        clearTimeout(timer);
        timer = setTimeout(expire, ms);
      };
      work(giveUp.signal, progress)
        .then(resolve, reject)
        .finally(() => {
          clearTimeout(timer);
          signal.removeEventListener('abort', stop);
        });
    });
  /** Pages count as answers; what comes after giving up is not taken. */
  const paged =
    <Page>(progress: () => void, signal: AbortSignal, page: (items: Page) => Promise<void>) =>
    async (items: Page) => {
      signal.throwIfAborted();
      progress();
      await page(items);
      progress();
    };
  return {
    open: (signal) => wait(signal, (inner) => adapter.open(inner)),
    glance: (signal) => wait(signal, (inner) => adapter.glance(inner)),
    sessions: (cursor, page, signal, notes) =>
      wait(signal, (inner, progress) => adapter.sessions(cursor, paged(progress, inner, page), inner, notes)),
    keys: (page, signal) =>
      wait(signal, (inner, progress) => adapter.keys(paged(progress, inner, page), inner)),
    lookUp: (keys, signal) => wait(signal, (inner) => adapter.lookUp(keys, inner)),
    accounts: (page, signal) =>
      wait(signal, (inner, progress) => adapter.accounts(paged(progress, inner, page), inner)),
    end: (targets, scope, signal) => wait(signal, (inner) => adapter.end(targets, scope, inner)),
    close: () => adapter.close(),
    ...(accountsOf === undefined
      ? {}
      : { accountsOf: (keys, signal) => wait(signal, (inner) => accountsOf.call(adapter, keys, inner)) }),
    ...(events === undefined
      ? {}
      : {
          events: (cursor, limit, signal) =>
            wait(signal, (inner) => events.call(adapter, cursor, limit, inner)),
        }),
    ...(setBlocked === undefined
      ? {}
      : {
          setBlocked: (ids, blocked, signal) =>
            wait(signal, (inner) => setBlocked.call(adapter, ids, blocked, inner)),
        }),
    ...(warnings === undefined ? {} : { warnings: () => warnings.call(adapter) }),
    ...(posture === undefined
      ? {}
      : { posture: (signal) => wait(signal, (inner) => posture.call(adapter, inner)) }),
  };
}
