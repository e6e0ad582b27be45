import { DAY, HOUR, MINUTE } from '#shared/domain/lengths.ts';
import type { Timeline } from '#shared/ipc/watch-views.ts';

/** What the bar reaches over, and how long one of its bars is. Each step divides the lengths that people think in. */
export const SPANS = [
  { key: '1h', name: '1 h', ms: HOUR, stepMs: MINUTE },
  { key: '6h', name: '6 h', ms: 6 * HOUR, stepMs: 5 * MINUTE },
  { key: '24h', name: '24 h', ms: DAY, stepMs: 15 * MINUTE },
  { key: '7d', name: '7 d', ms: 7 * DAY, stepMs: 2 * HOUR },
  { key: '30d', name: '30 d', ms: 30 * DAY, stepMs: 6 * HOUR },
] as const;
export type Span = (typeof SPANS)[number];
const USUAL_SPAN: Span = SPANS[2];
export const spanOf = (key: unknown): Span => SPANS.find((span) => span.key === key) ?? USUAL_SPAN;

/** Steps from the beginning of the bar to the one under way, aligned so that bars keep still while time goes on. */
export function stepsOf(span: Span, now: number): { readonly from: number; readonly steps: number } {
  const steps = Math.round(span.ms / span.stepMs) + 1;
  const from = (Math.floor(now / span.stepMs) - steps + 1) * span.stepMs;
  return { from, steps };
}

export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly signIns: number;
  readonly failures: number;
  /** Per cent of the height of the tallest bar, sign-ins that succeeded and those that failed. */
  readonly okShare: number;
  readonly failedShare: number;
}

/**
 * Bars of equal width; the tallest fills the height. Heights grow with the square root of the count, so that one attack
 * does not flatten the rest of the day; a bar is divided as its counts are.
 */
export function barsOf({ from, stepMs, signIns, failures }: Timeline): readonly Bar[] {
  const tallest = Math.max(1, ...signIns.map((ok, index) => ok + (failures[index] ?? 0)));
  return signIns.map((ok, index) => {
    const failed = failures[index] ?? 0;
    const all = ok + failed;
    const height = Math.sqrt(all / tallest) * 100;
    return {
      from: from + index * stepMs,
      to: from + (index + 1) * stepMs,
      signIns: all,
      failures: failed,
      okShare: all === 0 ? 0 : (ok / all) * height,
      failedShare: all === 0 ? 0 : (failed / all) * height,
    };
  });
}

const MARKS = 5;
/** Instants named under the bars, evenly spread from first to last. */
export const marksOf = (from: number, to: number): readonly number[] =>
  Array.from({ length: MARKS }, (_, index) => from + ((to - from) * index) / (MARKS - 1));

/** Where an instant lies on the bar, 0 to 1; outside it, at its end. */
export const shareOf = (at: number, from: number, to: number): number =>
  to <= from ? 0 : Math.min(1, Math.max(0, (at - from) / (to - from)));
