import { z } from 'zod';
import type { ReadableDb } from '../mirror/database.ts';
import type { SessionFacts } from './gather.ts';

/** A stretch of a session at one address with one device, by keys. Times in ms. */
export interface Stay {
  readonly from: number;
  /**
   * When the session was seen elsewhere, or for the last time: a sighting at the same place leaves nothing behind but its
   * time, so that this is when it was there at the latest.
   */
  readonly to: number;
  readonly account: number | null;
  readonly address: number | null;
  readonly device: number | null;
}

// Keys are 0 where nothing is known.
const Key = z.number().transform((key) => (key === 0 ? null : key));
const Observation = z.object({
  session: z.number(),
  at: z.number(),
  account: Key,
  address: Key,
  device: Key,
});
export type Observation = z.output<typeof Observation>;

/**
 * Where a session was, one stay after the other. Counting all of it under the address that it has now would say that
 * whoever took it over a minute ago had been at it since it began.
 * @param seen what was observed of it, in order of time
 */
function staysOf(session: SessionFacts, seen: readonly Observation[]): readonly Stay[] {
  return seen.map(({ at, account, address, device }, index): Stay => {
    const began = index === 0 ? Math.min(at, session.from ?? at) : at;
    const to = seen[index + 1]?.at ?? session.to ?? began;
    return { from: Math.min(began, to), to, account: account ?? session.account, address, device };
  });
}

/** Sessions whose observations are read at once. */
const STEP = 500;

/** Hands over the stays of each session, in steps of some hundred sessions. */
export function* eachWithStays(
  db: ReadableDb,
  sessions: readonly SessionFacts[],
  take: (session: SessionFacts, stays: readonly Stay[]) => void,
): Generator<undefined, void, undefined> {
  const read = db.prepare(
    `SELECT session, at, account, address, device FROM observation
     WHERE session IN (SELECT value FROM json_each(?)) ORDER BY session, at`,
  );
  for (let start = 0; start < sessions.length; start += STEP) {
    const some = sessions.slice(start, start + STEP);
    const seen = new Map<number, Observation[]>(some.map(({ key }) => [key, []]));
    for (const row of read.all(JSON.stringify(some.map(({ key }) => key)))) {
      const observation = Observation.parse(row);
      seen.get(observation.session)?.push(observation);
    }
    for (const session of some) take(session, staysOf(session, seen.get(session.key) ?? []));
    yield;
  }
}
