import { create } from 'zustand';
import { assertNever } from '#shared/domain/assert-never.ts';
import type { SessionFilter } from '#shared/ipc/engine-contract.ts';

/** Which time the window shows. */
export type ShownTime =
  | { readonly is: 'live' }
  | { readonly is: 'instant'; readonly at: number }
  | { readonly is: 'playing'; readonly at: number; readonly speed: number }
  | { readonly is: 'period'; readonly from: number; readonly at: number };

const LIVE: ShownTime = { is: 'live' };
export const useTime = create<{ readonly time: ShownTime }>(() => ({ time: LIVE }));
export const timeNow = (): ShownTime => useTime.getState().time;

/** Times real time. */
export const SPEEDS = [1, 10, 60, 300, 600] as const;
/** Between two steps of playing. */
const STEP_MS = 500;
/** Whoever asks for less than this ago means now. */
const NEARLY_NOW_MS = 1_000;

let timer: number | undefined;
function set(time: ShownTime): void {
  if (time.is !== 'playing') {
    window.clearInterval(timer);
    timer = undefined;
  }
  useTime.setState({ time });
}

export function goLive(): void {
  if (timeNow().is !== 'live') set(LIVE);
}
export function goTo(at: number, now = Date.now()): void {
  set(at > now - NEARLY_NOW_MS ? LIVE : { is: 'instant', at: Math.round(at) });
}
/** Everything that was open at some moment between two instants, in either order. */
export function showPeriod(one: number, other: number, now = Date.now()): void {
  const at = Math.round(Math.min(Math.max(one, other), now));
  set({ is: 'period', from: Math.round(Math.min(one, other)), at });
}

/** Where playing is after so much real time; live once it has caught up. */
export function advanced(time: ShownTime, realMs: number, now: number): ShownTime {
  if (time.is !== 'playing') return time;
  const at = time.at + realMs * time.speed;
  return at >= now ? LIVE : { ...time, at };
}

/** Plays on from where the time stands; a period is played from its beginning. */
export function play(speed: number): void {
  const time = timeNow();
  if (time.is === 'live') return;
  set({ is: 'playing', at: time.is === 'period' ? time.from : time.at, speed });
  if (timer !== undefined) return;
  let last = performance.now();
  timer = window.setInterval(() => {
    const now = performance.now();
    set(advanced(timeNow(), now - last, Date.now()));
    last = now;
  }, STEP_MS);
}
export function pause(): void {
  const time = timeNow();
  if (time.is === 'playing') set({ is: 'instant', at: time.at });
}

/** The part of a question that names the time. */
export function timeRequest(time: ShownTime): Pick<SessionFilter, 'at' | 'since'> {
  switch (time.is) {
    case 'live':
      return {};
    case 'instant':
    case 'playing':
      return { at: Math.round(time.at) };
    case 'period':
      return { at: time.at, since: time.from };
    default:
      return assertNever(time);
  }
}
