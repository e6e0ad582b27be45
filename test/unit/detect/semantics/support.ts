import { expect, test } from 'vitest';
import { runDetect } from '#cli/detect-command.ts';

export type Line = Readonly<Record<string, unknown>>;
type Enrich = Readonly<Record<string, unknown>>;
export interface EventIn {
  readonly id: string;
  readonly ts: string;
  readonly type: string;
  readonly [part: string]: unknown;
}
export interface Input {
  readonly settings?: object;
  readonly history?: readonly EventIn[];
  readonly events: readonly EventIn[];
}

/** A Wednesday. */
const START = Date.parse('2026-03-04T00:00:00Z');
/** So many seconds after the start of the day of the cases, as text. */
export const at = (seconds: number): string => new Date(START + seconds * 1_000).toISOString();
export const MIN = 60;
export const HOUR = 3_600;
export const DAY = 86_400;

/** Everything that would be looked up, said to be unknown. */
const UNKNOWN: Enrich = {
  country: null,
  city: null,
  lat: null,
  lon: null,
  asn: null,
  asOrg: null,
  network: null,
  trusted: false,
  browser: null,
  os: null,
  device: null,
};
export const HOME: Enrich = { country: 'DE', city: 'Berlin', lat: 52.52, lon: 13.405, asn: 64_500 };
export const FAR: Enrich = { country: 'US', city: 'New York', lat: 40.7128, lon: -74.006, asn: 64_510 };

/** An event of `ada` from 192.0.2.1 in Berlin unless its parts say otherwise. */
export const ev = (
  id: string,
  seconds: number,
  type: string,
  parts: Record<string, unknown> = {},
): EventIn => {
  const { enrich, ...rest } = parts as { enrich?: Enrich };
  return {
    id,
    ts: at(seconds),
    type,
    user: 'ada',
    ip: '192.0.2.1',
    ...rest,
    enrich: { ...UNKNOWN, ...(enrich ?? HOME) },
  };
};
/** Ten sign-ins, one a day, the last a day before the cases: somebody who is known. */
export const known = (parts: Record<string, unknown> = {}): EventIn[] =>
  Array.from({ length: 10 }, (_, day) => ev(`h${day}`, (day - 10) * DAY + 9 * HOUR, 'login', parts));

/** What the program prints for a file. */
export const detect = async (
  input: unknown,
  ...more: string[]
): Promise<{ code: number; stdout: string; stderr: string; lines: readonly Line[] }> => {
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  let [stdout, stderr] = ['', ''];
  const code = await runDetect(['--events', '-', ...more], {
    stdout: { write: (part) => (stdout += part) },
    stderr: { write: (part) => (stderr += part) },
    stdin: (async function* () {
      await Promise.resolve();
      yield text;
    })(),
  });
  const lines = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]));
  return { code, stdout, stderr, lines };
};

/** Findings as short text: `name@event`, and `name@event!filter` for those that a filter silenced. */
const short = (line: Line): string =>
  `${String(line['detection'])}@${String(line['at'])}${typeof line['filtered'] === 'string' ? `!${line['filtered']}` : ''}`;

const shuffled = <T>(list: readonly T[], seed: number): T[] => {
  const copy = [...list];
  let state = seed;
  for (let i = copy.length - 1; i > 0; i -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = state % (i + 1);
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
};

/** A row: its name, the file, and what is to be found of the detections that the table is about. */
export type Case = readonly [name: string, input: Input, found: readonly string[]];

/**
 * One test for each row. Whatever the order in which the events stand, and however often, the same must be printed.
 * @param about the detections that the rows name; others are left out of the comparison
 */
export const table = (about: readonly string[], rows: readonly Case[]): void => {
  test.each(rows)('%s', async (_name, input, found) => {
    const result = await detect(input);
    expect(result.stderr).toBe('');
    const seen = result.lines.filter((line) => about.includes(String(line['detection']))).map(short);
    expect(seen.sort()).toEqual([...found].sort());
    for (const events of [
      [...input.events].reverse(),
      shuffled(input.events, 7),
      shuffled([...input.events, ...input.events], 99),
    ])
      expect((await detect({ ...input, events })).stdout).toBe(result.stdout);
  });
};
