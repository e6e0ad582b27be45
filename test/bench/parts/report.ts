/** What a bench measured: the product beside its ceiling, in the same run. */
export interface BenchRow {
  /** Short and unique, kebab-case: `ingest-plain`. */
  readonly name: string;
  /** What was done, in a few words, for the table. */
  readonly what: string;
  readonly product: number;
  /** The best that is possible, or a limit that must not be passed; null where there is nothing to compare with. */
  readonly ceiling: number | null;
  /** Of both figures: `events/s`, `ms`, `µs/event`, `MB`. */
  readonly unit: string;
  /** product : ceiling must be at least (better: higher) or at most (lower) this; null: for information. */
  readonly goal: number | null;
  readonly better: 'higher' | 'lower';
  /** Also shown in the README. */
  readonly quote?: boolean;
}

/** A short run that tells whether a bench works; its figures are rough and are not written down. */
export const quick = process.env['WATCHFLOOR_BENCH_QUICK'] === '1';

/** Hands a row to `npm run bench`, which reads lines that begin with `@row`. */
export function row(measured: BenchRow): void {
  const ratio = measured.ceiling === null ? null : measured.product / measured.ceiling;
  console.log(`@row ${JSON.stringify({ ...measured, ratio })}`);
}

/** A remark below the bench's rows: how it was measured, why a figure is what it is. */
export function note(text: string): void {
  console.log(`@note ${JSON.stringify(text)}`);
}

/** Milliseconds that something takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The middle of some figures; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return (percentile(values, 0.5) + percentile(values, 0.5, true)) / 2;
}

/** The value below which a share (0 to 1) of the values lie, by nearest rank. */
export function percentile(values: readonly number[], share: number, upper = false): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = share * sorted.length;
  const at = upper ? Math.floor(rank) : Math.ceil(rank) - 1;
  return sorted[Math.min(sorted.length - 1, Math.max(0, at))] ?? Number.NaN;
}

/**
 * Runs every case once a round, in turn, so that whatever else the machine does meets all of them alike. Returns the
 * median of each.
 */
export async function interleaved<Name extends string>(
  rounds: number,
  cases: Readonly<Record<Name, () => number | Promise<number>>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(cases) as Name[];
  const seen = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const value = await cases[name]();
      seen.get(name)?.push(value);
      console.log(`  ${name}: ${value.toPrecision(5)}`);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(seen.get(name) ?? [])])) as Record<
    Name,
    number
  >;
}

/** A small generator of numbers from 0 to 1 (mulberry32), so that every run measures the same. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
