import type { Figures } from '#shared/ipc/views.ts';

type Day = Figures['day'];

export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly signIns: number;
  readonly failures: number;
  /** Per cent of the height of the tallest bar, sign-ins that succeeded and those that failed. */
  readonly okShare: string;
  readonly failedShare: string;
}

/** Bars of equal width; the tallest fills the height. `signIns` counts failures as well only where the engine does. */
export function barsOf(day: Day): readonly Bar[] {
  const tallest = Math.max(1, ...day.signIns.map((ok, index) => ok + (day.failures[index] ?? 0)));
  return day.signIns.map((ok, index) => {
    const failures = day.failures[index] ?? 0;
    const from = day.from + index * day.stepMs;
    return {
      from,
      to: from + day.stepMs,
      signIns: ok + failures,
      failures,
      okShare: ((ok / tallest) * 100).toFixed(2),
      failedShare: ((failures / tallest) * 100).toFixed(2),
    };
  });
}

const MARKS = 5;

/** Instants named under the bars, evenly spread from first to last. */
export function marksOf(day: Day): readonly number[] {
  const length = day.signIns.length * day.stepMs;
  return Array.from({ length: MARKS }, (_, index) => day.from + (length * index) / (MARKS - 1));
}
