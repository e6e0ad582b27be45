import { create } from 'zustand';
import type { AuditRow } from '#shared/ipc/views.ts';
import { engine } from '../bridge/engine.ts';

/** Rows kept for the feed; older ones are in Audit. */
export const FEED_KEEPS = 200;

export interface FeedState {
  /** Newest first. */
  readonly rows: readonly AuditRow[];
  readonly paused: boolean;
  /** Arrived while paused, shown rows not among them. */
  readonly waiting: readonly AuditRow[];
  /** How many arrived while paused; may be more than are kept. */
  readonly waitingCount: number;
}

export const EMPTY_FEED: FeedState = { rows: [], paused: false, waiting: [], waitingCount: 0 };
export const useFeed = create<FeedState>(() => EMPTY_FEED);

const keyOf = (row: AuditRow): string => `${row.connection} ${row.id}`;

/** Newer rows before older ones, each once, newest time first, at most FEED_KEEPS. */
export function mergeFeed(known: readonly AuditRow[], arrived: readonly AuditRow[]): readonly AuditRow[] {
  const seen = new Set<string>();
  const merged: AuditRow[] = [];
  for (const row of [...arrived, ...known]) {
    if (seen.has(keyOf(row))) continue;
    seen.add(keyOf(row));
    merged.push(row);
  }
  return merged.sort((a, b) => b.at - a.at).slice(0, FEED_KEEPS);
}

export function withArrived(state: FeedState, arrived: readonly AuditRow[], count: number): FeedState {
  if (!state.paused) return { ...state, rows: mergeFeed(state.rows, arrived) };
  return { ...state, waiting: mergeFeed(state.waiting, arrived), waitingCount: state.waitingCount + count };
}
export const pausedFeed = (state: FeedState): FeedState => ({ ...state, paused: true });
export const resumedFeed = (state: FeedState): FeedState => ({
  rows: mergeFeed(state.rows, state.waiting),
  paused: false,
  waiting: [],
  waitingCount: 0,
});

const SHOW_EVERY_MS = 500;
let arrivedRows: readonly AuditRow[] = [];
let arrivedCount = 0;
let timer: number | undefined;

/** Gathers what arrives and shows it twice a second at most, so that a burst costs two renders, not ten. */
export function receiveAudit(newest: readonly AuditRow[], count: number): void {
  arrivedRows = mergeFeed(arrivedRows, newest);
  arrivedCount += count;
  timer ??= window.setTimeout(() => {
    useFeed.setState((state) => withArrived(state, arrivedRows, arrivedCount));
    arrivedRows = [];
    arrivedCount = 0;
    timer = undefined;
  }, SHOW_EVERY_MS);
}

export function pauseFeed(): void {
  useFeed.setState(pausedFeed);
}
export function resumeFeed(): void {
  useFeed.setState(resumedFeed);
}

/** So many lines fill the feed of a large window. */
const FEED_FULL = 40;
const REFILL_EVERY_MS = 2_000;
let readPast = 0;
let refilledAt = Number.NEGATIVE_INFINITY;

/**
 * While an agent's own log is being read, what it tells belongs into a feed that has little to show.
 * @param past grows with what has been read
 */
export function refillFeed(past: number): void {
  if (past === readPast || useFeed.getState().paused || useFeed.getState().rows.length >= FEED_FULL) return;
  if (performance.now() - refilledAt < REFILL_EVERY_MS) return;
  readPast = past;
  refilledAt = performance.now();
  // The next news of the environments asks again.
  startFeed().catch(() => undefined);
}

/** Fills the feed with what the mirror already has. */
export async function startFeed(): Promise<void> {
  const { rows } = await engine.call('audit.page', { filter: {}, cursor: null, limit: 100 });
  useFeed.setState((state) => ({ ...state, rows: mergeFeed(state.rows, rows) }));
}
