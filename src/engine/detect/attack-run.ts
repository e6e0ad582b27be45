import type { AttemptLog, Span } from './attempts.ts';
import { beginsLive, MAX_LISTED, listEvent } from './episode.ts';
import type { PreparedEvent } from './prepare.ts';

const MAX_NAMES = 1_000;

/** A success from an address. */
export interface Hit {
  readonly user: string;
  readonly event: string;
  readonly ts: number;
  readonly session: string | null;
  readonly ip: string;
  readonly ipKey: string;
  readonly silent: boolean;
  /** The filter that exempts it whatever the attack, or null. */
  readonly exempt: string | null;
}

/** An attack on many accounts while it lasts, and for a while after. */
export interface AttackRun {
  at: string;
  raisedAt: number;
  firstAt: number;
  lastAt: number;
  attempts: number;
  events: string[];
  users: Map<string, number>;
  sources: Map<string, number>;
  /** Successes inside the run, exempt ones too. */
  hits: Hit[];
  /** Successes after the pattern completed, up to 180 minutes after the last failure. */
  after: Hit[];
  silent: boolean;
  unknownUsers: number;
  /** Whether it looked like people, not like an attack, when it was last told. Absent in older memories. */
  crowd?: boolean;
}

const count = (map: Map<string, number>, key: string): void => {
  const before = map.get(key);
  if (before !== undefined || map.size < MAX_NAMES) map.set(key, (before ?? 0) + 1);
};

/** A run from what its window holds; `event` completed the pattern. */
export const startRun = (log: AttemptLog, span: Span, event: PreparedEvent): AttackRun => {
  const run: AttackRun = {
    at: event.id,
    raisedAt: event.ts,
    firstAt: log.ts[span.head] ?? event.ts,
    lastAt: event.ts,
    attempts: log.ts.length - span.head,
    // Taken whole: ids in a log are unique.
    events: log.id.slice(Math.max(span.head, log.id.length - MAX_LISTED)),
    users: new Map(),
    sources: new Map(),
    hits: [],
    after: [],
    silent: event.silent,
    unknownUsers: 0,
  };
  for (const [user, n] of span.perUser) if (run.users.size < MAX_NAMES) run.users.set(user, n);
  for (const [source, n] of span.perSource) if (run.sources.size < MAX_NAMES) run.sources.set(source, n);
  return run;
};

export const extendRun = (run: AttackRun, event: PreparedEvent): void => {
  if (beginsLive(run, event)) Object.assign(run, { at: event.id, raisedAt: event.ts, silent: false });
  run.lastAt = event.ts;
  run.attempts += 1;
  listEvent(run.events, event.id);
  if (event.user !== null) count(run.users, event.user);
  if (event.ipKey !== null) count(run.sources, event.ipKey);
};

/** Adds a success to a list of a run; true when it was not known before. */
export const addHit = (hits: Hit[], hit: Hit): boolean => {
  if (hits.some((known) => known.event === hit.event) || hits.length >= MAX_LISTED) return false;
  hits.push(hit);
  return true;
};

export const hitsOf = (hits: readonly Hit[], user: string): Hit[] => hits.filter((hit) => hit.user === user);

/** The first entries of a map, without listing the rest. */
export const firstOf = <K, V>(map: ReadonlyMap<K, V>, count: number): [K, V][] => {
  const out: [K, V][] = [];
  for (const entry of map) {
    if (out.length >= count) break;
    out.push(entry);
  }
  return out;
};
