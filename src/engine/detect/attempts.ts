/** Failures of one address or environment, oldest first, in columns (cheap to copy). */
export interface AttemptLog {
  ts: number[];
  id: string[];
  user: string[];
  source: string[];
  /** 1 where the person was known at that address or with that device before. */
  familiar: number[];
}

/** The part of a log that lies in a sliding window, counted. Both ends of the window belong to it. */
export interface Span {
  /** Index of the first attempt inside. */
  head: number;
  perUser: Map<string, number>;
  perSource: Map<string, number>;
  /** At n: how many users have exactly n attempts; the last entry collects all above. */
  histogram: number[];
  familiar: number;
}

const TOP = 64;
/** Most attempts held for one address or environment; beyond it the oldest leave. */
const MAX_ATTEMPTS = 5_000;

export const createLog = (): AttemptLog => ({ ts: [], id: [], user: [], source: [], familiar: [] });
export const createSpan = (): Span => ({
  head: 0,
  perUser: new Map(),
  perSource: new Map(),
  histogram: new Array<number>(TOP + 1).fill(0),
  familiar: 0,
});

/** Copies that later attempts do not change. */
export const cloneLog = ({ ts, id, user, source, familiar }: AttemptLog): AttemptLog => ({
  ts: ts.slice(),
  id: id.slice(),
  user: user.slice(),
  source: source.slice(),
  familiar: familiar.slice(),
});
export const cloneSpan = ({ head, perUser, perSource, histogram, familiar }: Span): Span => ({
  head,
  perUser: new Map(perUser),
  perSource: new Map(perSource),
  histogram: histogram.slice(),
  familiar,
});

const bump = (histogram: number[], from: number, to: number): void => {
  if (from > 0) histogram[Math.min(from, TOP)] = (histogram[Math.min(from, TOP)] ?? 0) - 1;
  if (to > 0) histogram[Math.min(to, TOP)] = (histogram[Math.min(to, TOP)] ?? 0) + 1;
};

const change = (map: Map<string, number>, key: string, by: number): number => {
  const value = (map.get(key) ?? 0) + by;
  if (value <= 0) map.delete(key);
  else map.set(key, value);
  return value;
};

const enter = (log: AttemptLog, span: Span, index: number): void => {
  const users = change(span.perUser, log.user[index] ?? '', 1);
  bump(span.histogram, users - 1, users);
  change(span.perSource, log.source[index] ?? '', 1);
  span.familiar += log.familiar[index] ?? 0;
};

const leave = (log: AttemptLog, span: Span): void => {
  const index = span.head;
  const users = change(span.perUser, log.user[index] ?? '', -1);
  bump(span.histogram, users + 1, users);
  change(span.perSource, log.source[index] ?? '', -1);
  span.familiar -= log.familiar[index] ?? 0;
  span.head += 1;
};

export interface Attempt {
  readonly ts: number;
  readonly id: string;
  readonly user: string;
  readonly source: string;
  readonly familiar: boolean;
}

/** Adds an attempt, moves every span's window to end at it, and forgets what no span needs. */
export const addAttempt = (
  log: AttemptLog,
  spans: readonly { span: Span; windowMs: number }[],
  attempt: Attempt,
): void => {
  log.ts.push(attempt.ts);
  log.id.push(attempt.id);
  log.user.push(attempt.user);
  log.source.push(attempt.source);
  log.familiar.push(attempt.familiar ? 1 : 0);
  const last = log.ts.length - 1;
  let needed = last;
  for (const { span, windowMs } of spans) {
    enter(log, span, last);
    while (
      span.head < last &&
      ((log.ts[span.head] ?? 0) < attempt.ts - windowMs || last - span.head >= MAX_ATTEMPTS)
    )
      leave(log, span);
    needed = Math.min(needed, span.head);
  }
  if (needed < 64 || needed * 2 < log.ts.length) return;
  for (const column of [log.ts, log.id, log.user, log.source, log.familiar]) column.splice(0, needed);
  for (const { span } of spans) span.head -= needed;
};

export const attemptsIn = (log: AttemptLog, span: Span): number => log.ts.length - span.head;

/** How many users of the span have between low and high attempts, both included. */
export const usersBetween = (span: Span, low: number, high: number): number => {
  let users = 0;
  for (let n = Math.max(1, low); n <= Math.min(high, TOP); n += 1) users += span.histogram[n] ?? 0;
  return users;
};

/** Whether nobody in the span has more than `most` attempts (`most` below 64). */
export const noneAbove = (span: Span, most: number): boolean =>
  usersBetween(span, 1, most) === span.perUser.size;
