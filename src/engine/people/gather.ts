import { z } from 'zod';
import { epochMs, type EpochMs } from '#shared/domain/units.ts';
import type { PersonView } from '#shared/ipc/people-views.ts';
import { createLocalClock } from '#shared/domain/local-time.ts';
import type { Stay } from './stays.ts';

/** What was counted under one key. */
export interface Count {
  first: number;
  last: number;
  /** By key: one that moves between two addresses of a place is one session of the place. */
  readonly sessions: Set<number>;
  signIns: number;
  failures: number;
}

export const SessionFacts = z.object({
  key: z.number(),
  account: z.number().nullable(),
  from: z.number().nullable(),
  to: z.number().nullable(),
});
export type SessionFacts = z.infer<typeof SessionFacts>;

export const EventFacts = z.object({
  key: z.number(),
  at: z.number(),
  /** Key of the action's word. */
  action: z.number(),
  outcome: z.number(),
  account: z.number().nullable(),
  name: z.number().nullable(),
  address: z.number().nullable(),
  device: z.number().nullable(),
});
export type EventFacts = z.infer<typeof EventFacts>;

const SUCCESS = 1;
const FAILURE = 2;

/** Sessions and events of somebody or something, counted by address, device, account, hour and day. */
export interface Gathered {
  first: number | null;
  last: number | null;
  sessions: number;
  signIns: number;
  failures: number;
  readonly byAddress: Map<number, Count>;
  readonly byDevice: Map<number, Count>;
  readonly byAccount: Map<number, Count>;
  /** Failed attempts at names that are no account's, by the key of the name's word. */
  readonly unknownNames: Map<number, number>;
  readonly hours: number[][];
  readonly byDay: Map<string, { at: number; signIns: number; failures: number }>;
}

function bump(counts: Map<number, Count>, key: number | null, at: number, until: number): Count | null {
  if (key === null) return null;
  const held = counts.get(key);
  if (held === undefined) {
    const made = { first: at, last: until, sessions: new Set<number>(), signIns: 0, failures: 0 };
    counts.set(key, made);
    return made;
  }
  held.first = Math.min(held.first, at);
  held.last = Math.max(held.last, until);
  return held;
}

/**
 * @param login key of the word `login`; null when the mirror has never seen one
 * @param zone IANA zone in which hours and days are counted
 */
export function createGatherer(
  login: number | null,
  zone: string,
): {
  /** With where it was, as far as that is asked about; without any such stay it is not counted. */
  readonly session: (one: SessionFacts, stays: readonly Stay[]) => void;
  readonly event: (one: EventFacts) => void;
  readonly gathered: Gathered;
} {
  const local = createLocalClock(zone);
  const gathered: Gathered = {
    first: null,
    last: null,
    sessions: 0,
    signIns: 0,
    failures: 0,
    byAddress: new Map(),
    byDevice: new Map(),
    byAccount: new Map(),
    unknownNames: new Map(),
    hours: Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0)),
    byDay: new Map(),
  };
  const span = (from: number, to: number): void => {
    gathered.first = gathered.first === null ? from : Math.min(gathered.first, from);
    gathered.last = gathered.last === null ? to : Math.max(gathered.last, to);
  };
  return {
    gathered,
    session: (one, stays) => {
      if (stays.length > 0) gathered.sessions += 1;
      for (const { from, to, account, address, device } of stays) {
        span(from, to);
        bump(gathered.byAddress, address, from, to)?.sessions.add(one.key);
        bump(gathered.byDevice, device, from, to)?.sessions.add(one.key);
        bump(gathered.byAccount, account, from, to)?.sessions.add(one.key);
      }
    },
    event: (one) => {
      span(one.at, one.at);
      const counts = [
        bump(gathered.byAddress, one.address, one.at, one.at),
        bump(gathered.byDevice, one.device, one.at, one.at),
        bump(gathered.byAccount, one.account, one.at, one.at),
      ];
      if (one.action !== login || (one.outcome !== SUCCESS && one.outcome !== FAILURE)) return;
      const what = one.outcome === SUCCESS ? 'signIns' : 'failures';
      gathered[what] += 1;
      for (const count of counts) if (count !== null) count[what] += 1;
      if (what === 'failures' && one.account === null && one.name !== null) {
        gathered.unknownNames.set(one.name, (gathered.unknownNames.get(one.name) ?? 0) + 1);
      }
      const { date, day, minutes } = local(one.at);
      const held = gathered.byDay.get(date) ?? { at: one.at, signIns: 0, failures: 0 };
      held[what] += 1;
      gathered.byDay.set(date, held);
      const row = gathered.hours[day - 1];
      const hour = Math.min(23, Math.floor(minutes / 60));
      if (what === 'signIns' && row !== undefined) row[hour] = (row[hour] ?? 0) + 1;
    },
  };
}

/** One entry for each day of the stretch in the zone, also for those without events. */
export function daysBetween(
  gathered: Gathered,
  since: number,
  until: number,
  zone: string,
): PersonView['days'] {
  const local = createLocalClock(zone);
  const days: { at: EpochMs; signIns: number; failures: number }[] = [];
  let last = '';
  // Half days, so that a day of 23 or 25 hours is neither left out nor counted twice.
  for (let at = since; at <= until; at += 12 * 3_600_000) {
    const { date } = local(at);
    if (date === last) continue;
    last = date;
    const { signIns = 0, failures = 0 } = gathered.byDay.get(date) ?? {};
    days.push({ at: epochMs(at), signIns, failures });
  }
  return days;
}

/** The counts under the keys that `of` gives, the latest first. */
export function regroup<T>(
  counts: ReadonlyMap<number, Count>,
  of: (key: number) => { readonly key: string; readonly what: T } | null,
  limit: number,
): readonly {
  readonly what: T;
  readonly first: EpochMs;
  readonly last: EpochMs;
  readonly sessions: number;
  readonly signIns: number;
  readonly failures: number;
}[] {
  const groups = new Map<string, Count & { what: T }>();
  for (const [key, count] of counts) {
    const found = of(key);
    if (found === null) continue;
    const held = groups.get(found.key);
    if (held === undefined) {
      groups.set(found.key, { ...count, sessions: new Set(count.sessions), what: found.what });
    } else {
      held.first = Math.min(held.first, count.first);
      held.last = Math.max(held.last, count.last);
      for (const session of count.sessions) held.sessions.add(session);
      held.signIns += count.signIns;
      held.failures += count.failures;
    }
  }
  return [...groups.values()]
    .sort((a, b) => b.last - a.last || b.sessions.size - a.sessions.size)
    .slice(0, limit)
    .map(({ what, first, last, sessions, signIns, failures }) => ({
      what,
      first: epochMs(first),
      last: epochMs(last),
      sessions: sessions.size,
      signIns,
      failures,
    }));
}
