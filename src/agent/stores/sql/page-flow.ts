import { StoreError } from '../store-adapter.ts';
import { PAGE_MS, PAGE_ROWS, type Row } from './sql-access.ts';
import { deliver } from './store-errors.ts';

/** A connection that rows come from. */
export interface RowSource {
  pause(): void;
  resume(): void;
  /** Ends the connection: rows that are still on their way must not be waited for. */
  destroy(): void;
}

/**
 * Hands rows that a server sends by itself over page by page. While one page is worked on the next one is read, and
 * then the connection is paused: no more than about two pages are in memory. `done` settles once, when the last page
 * was worked on or something failed.
 */
export class PageFlow {
  readonly done: Promise<void>;
  readonly #page: (rows: readonly Row[]) => Promise<void>;
  readonly #source: RowSource;
  readonly #settle: (error: unknown) => void;
  #held: Row[] = [];
  #working = false;
  #paused = false;
  #ended = false;
  #settled = false;
  #heard = performance.now();

  constructor(
    page: (rows: readonly Row[]) => Promise<void>,
    source: RowSource,
    signal: AbortSignal,
    where: string,
  ) {
    this.#page = page;
    this.#source = source;
    let resolve: () => void = () => undefined;
    let reject: (error: Error) => void = () => undefined;
    this.done = new Promise((resolved, rejected) => {
      resolve = resolved;
      reject = rejected;
    });
    const cancelled = (): void => this.fail(signal.reason);
    const watch = setInterval(() => {
      if (this.#working || performance.now() - this.#heard < PAGE_MS) return;
      this.fail(new StoreError('unavailable', `${where} fell silent in the middle of an answer`));
    }, 1_000);
    signal.addEventListener('abort', cancelled, { once: true });
    this.#settle = (error) => {
      if (this.#settled) return;
      this.#settled = true;
      clearInterval(watch);
      signal.removeEventListener('abort', cancelled);
      if (error === null) resolve();
      else {
        source.destroy();
        reject(error instanceof Error ? error : new Error('the database failed'));
      }
    };
  }

  push(row: Row): void {
    if (this.#settled) return;
    this.#held.push(row);
    if (this.#held.length < PAGE_ROWS) return;
    this.#heard = performance.now();
    if (!this.#working) this.#hand();
    else if (!this.#paused) {
      this.#paused = true;
      this.#source.pause();
    }
  }

  /** No more rows will come. */
  end(): void {
    this.#ended = true;
    if (this.#working) return;
    if (this.#held.length > 0) this.#hand();
    else this.#settle(null);
  }

  fail(error: unknown): void {
    this.#settle(error ?? new Error('the database failed'));
  }

  #hand(): void {
    // What was under way when the connection was paused comes beyond a page.
    const rows = this.#held.length > PAGE_ROWS ? this.#held.splice(0, PAGE_ROWS) : this.#held;
    if (rows === this.#held) this.#held = [];
    this.#working = true;
    deliver(this.#page, rows).then(
      () => {
        this.#working = false;
        this.#heard = performance.now();
        if (this.#settled) return;
        if (this.#held.length >= PAGE_ROWS || (this.#ended && this.#held.length > 0)) this.#hand();
        else if (this.#ended) this.#settle(null);
        if (this.#paused && this.#held.length < PAGE_ROWS) {
          this.#paused = false;
          this.#source.resume();
        }
      },
      (error: unknown) => this.fail(error),
    );
  }
}
