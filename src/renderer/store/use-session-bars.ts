import { useEffect, useState } from 'react';
import { assertNever } from '#shared/domain/assert-never.ts';
import { SECOND } from '#shared/domain/lengths.ts';
import type { Problem } from '#shared/domain/result.ts';
import { parseQuery } from '#shared/query/parse.ts';
import { useApp } from './app-store.ts';
import { barsOver } from './audit-search.ts';
import { useAfterFirstRows } from './first-rows.ts';
import { requestOf, type ShownFilter } from './session-filter.ts';
import { useTime, type ShownTime } from './time-store.ts';
import { useEngineQuery } from './use-engine-query.ts';
import { useHistogram, type Histogram } from './use-histogram.ts';

/** While sessions change, they are counted again so often: nobody reads off bars that one more began. */
const FOLLOW_EVERY_MS = 30 * SECOND;
/** None at all soon contradicts the list above which it is said, and is counted again as often as the list is read. */
const NONE_EVERY_MS = 2 * SECOND;
/** Beyond this many it is done less often, so that a core has no more to do for a million of them than for these. */
const OFTEN = 50_000;
/** While time is played, of real time. */
const PLAY_EVERY_MS = 5 * SECOND;

/** How long the bars of so many sessions stand before they are counted again, in milliseconds. */
export const followEvery = (sessions: number): number =>
  FOLLOW_EVERY_MS * Math.max(1, Math.ceil(sessions / OFTEN));

/** What the engine has committed of sessions, heard of at most once in this time and only while the window is seen. */
function useSlowRevision(everyMs: number): number {
  const [counted, setCounted] = useState(() => useApp.getState().revision);
  useEffect(() => {
    let timer: number | undefined;
    const look = (): void => {
      if (timer !== undefined || useApp.getState().revision === counted) return;
      timer = window.setTimeout(() => {
        timer = undefined;
        if (!document.hidden) setCounted(useApp.getState().revision);
      }, everyMs);
    };
    // Not only at the next change: there may be none, and what came while another time was waited for counts as well.
    look();
    const stop = useApp.subscribe(look);
    return () => {
      stop();
      window.clearTimeout(timer);
    };
  }, [everyMs, counted]);
  return counted;
}

/** A time that is played, in steps that can be answered; any other as it is. */
export function inSteps(time: ShownTime): ShownTime {
  switch (time.is) {
    case 'live':
    case 'instant':
    case 'period':
      return time;
    case 'playing': {
      const step = time.speed * PLAY_EVERY_MS;
      return { ...time, at: Math.floor(time.at / step) * step };
    }
    default:
      return assertNever(time);
  }
}

/** When the sessions of a list began. */
export type SessionBars =
  | { readonly is: 'waiting' }
  | { readonly is: 'failed'; readonly problem: Problem; readonly again: () => void }
  /** `unknown`: how many of them have no known beginning. */
  | { readonly is: 'none'; readonly unknown: number }
  | {
      readonly is: 'ready';
      readonly from: number;
      readonly stepMs: number;
      readonly histogram: Histogram;
      readonly unknown: number;
    };

/** Counted by the engine once the list itself is on screen; what was shown stays while another list is counted. */
export function useSessionBars(shown: ShownFilter): SessionBars {
  const time = useTime((state) => state.time);
  const [held, setHeld] = useState<SessionBars>({ is: 'waiting' });
  const sessions = held.is === 'ready' ? held.histogram.counts.reduce((sum, one) => sum + one, 0) : 0;
  const none = held.is === 'none' && held.unknown === 0;
  const revision = useSlowRevision(none ? NONE_EVERY_MS : followEvery(sessions));
  const asked = useAfterFirstRows() && parseQuery(shown.search, 'sessions').ok;
  const filter = requestOf(shown, inSteps(time));
  const began = useEngineQuery('sessions.began', asked ? { filter } : null, { revision });
  const ends = began.is === 'ready' ? began.value : null;
  const axis =
    ends === null || ends.first === null || ends.last === null
      ? null
      : barsOver({ is: 'between', from: ends.first, to: ends.last + 1 }, ends.last);
  const question = axis === null ? null : ({ table: 'sessions', filter, ...axis } as const);
  // Once the ends of the axis are known: a question that is withdrawn for another one costs a process.
  const histogram = useHistogram(question, ends);
  const problem = began.is === 'failed' ? began.problem : (histogram?.problem ?? null);
  const { again } = began;
  let next: SessionBars = held;
  if (problem !== null) next = { is: 'failed', problem, again };
  else if (ends !== null && axis === null) next = { is: 'none', unknown: ends.unknown };
  else if (axis !== null && histogram?.key === JSON.stringify(question)) {
    next = { is: 'ready', from: axis.from, stepMs: axis.stepMs, histogram, unknown: ends?.unknown ?? 0 };
  }
  if (JSON.stringify(next) !== JSON.stringify(held)) setHeld(next);
  return next;
}
