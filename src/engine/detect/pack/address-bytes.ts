import type { AddressState } from '../address-state.ts';
import type { Hit } from '../attack-run.ts';
import { failures, visitors } from './address-pack.ts';
import type { Episode } from '../episode.ts';
import type { PackReader, PackWriter } from './bytes.ts';
import { createPass } from './shape.ts';
import { putCounts, takeCounts } from './user-bytes.ts';
import { episodes } from './user-pack.ts';

const putHit = (hit: Hit, out: PackWriter): void => {
  out.text(hit.user);
  out.text(hit.event);
  out.number(hit.ts);
  out.text(hit.session);
  out.text(hit.ip);
  out.text(hit.ipKey);
  out.flag(hit.silent);
  out.text(hit.exempt);
};
const takeHit = (from: PackReader): Hit => ({
  user: from.name(),
  event: from.name(),
  ts: from.figure(),
  session: from.text(),
  ip: from.name(),
  ipKey: from.name(),
  silent: from.flag(),
  exempt: from.text(),
});

/** Which of the rare parts there are; they are written as JSON. */
const FAILURES = 1;
const EPISODES = 2;
const VISITORS = 4;

/** What is known of an address, layout 1. */
export const putAddress = (state: AddressState, out: PackWriter): void => {
  out.uint(state.successes.length);
  for (const hit of state.successes) putHit(hit, out);
  putCounts(state.established, out);
  const rare =
    (state.failures === null ? 0 : FAILURES) |
    (state.episodes.size === 0 ? 0 : EPISODES) |
    (state.visitors.size === 0 ? 0 : VISITORS);
  out.uint(rare);
  if (rare === 0) return;
  const pass = createPass();
  if (state.failures !== null) out.json(failures.write(state.failures, pass));
  if (state.episodes.size > 0) out.json(episodes.write(state.episodes, pass));
  if (state.visitors.size > 0) out.json(visitors.write(state.visitors, pass));
};

/** The inverse of putAddress. */
export const takeAddress = (from: PackReader): AddressState => {
  const successes: Hit[] = [];
  for (let left = from.uint(); left > 0; left -= 1) successes.push(takeHit(from));
  const established = takeCounts(from);
  const rare = from.uint();
  const pass = rare === 0 ? null : createPass();
  return {
    failures: pass === null || (rare & FAILURES) === 0 ? null : failures.read(from.json(), pass),
    successes,
    established,
    episodes:
      pass === null || (rare & EPISODES) === 0
        ? new Map<string, Episode>()
        : episodes.read(from.json(), pass),
    visitors:
      pass === null || (rare & VISITORS) === 0
        ? new Map<string, { at: string; users: string[] }>()
        : visitors.read(from.json(), pass),
  };
};
