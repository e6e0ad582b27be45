import type { HandleKeys } from '../keys/handle-keys.ts';
import type { BulkPage } from '../state/bulk/bulk-page.ts';
import type { StoredSession } from '../stores/store-adapter.ts';
import { factsJson } from './facts-json.ts';
import type { Flags } from './flags.ts';
import { toFacts } from './to-wire.ts';

/** A page of a first listing as consoles will see it, less the handles: those are made where it is written. */
export function toBulkPage(
  page: readonly StoredSession[],
  keys: HandleKeys,
  flags: Flags,
): BulkPage {
  const times = new Float64Array(page.length * 3);
  const rests: string[] = [];
  const accounts: (string | null)[] = [];
  const ips: (string | null)[] = [];
  const vias: (string | null)[] = [];
  let anyVia = false;
  let at = 0;
  for (const stored of page) {
    const facts = toFacts(stored, keys, flags);
    const { account, via, opened, last, expiresAt } = facts;
    rests.push(factsJson(facts));
    accounts.push(account?.id ?? null);
    vias.push(via?.account.id ?? null);
    anyVia ||= via !== undefined;
    ips.push(last.ip ?? opened.ip);
    times[at] = opened.at ?? Number.NaN;
    times[at + 1] = last.at ?? Number.NaN;
    times[at + 2] = expiresAt ?? Number.NaN;
    at += 3;
  }
  return {
    keys: page.map(({ key }) => key),
    rests,
    accounts,
    vias: anyVia ? vias : null,
    ips,
    times,
  };
}
