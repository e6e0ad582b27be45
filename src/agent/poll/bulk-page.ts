import type { HandleKeys } from '../keys/handle-keys.ts';
import type { BulkPage } from '../state/bulk/bulk-page.ts';
import { RECORD_HEAD } from '../state/bulk/bulk-page.ts';
import type { StoredSession } from '../stores/store-adapter.ts';
import { factsJson } from './facts-json.ts';
import type { Flags } from './flags.ts';
import { toFacts } from './to-wire.ts';

/** UTF-8 takes at most three bytes for a UTF-16 unit. */
const BYTES_A_UNIT = 3;

/**
 * Sessions of a first listing, from `from` on, as consoles will see them less the handles: those are made where the
 * page is written.
 * @param room where the records are written to; the page holds as many sessions as fit
 */
export function toBulkPage(
  sessions: readonly StoredSession[],
  from: number,
  keys: HandleKeys,
  flags: Flags,
  room: Buffer,
): { readonly page: BulkPage; readonly next: number } {
  const times: number[] = [];
  const ends: number[] = [];
  const stored: string[] = [];
  const accounts: (string | null)[] = [];
  const ips: (string | null)[] = [];
  const vias: (string | null)[] = [];
  let anyVia = false;
  let end = 0;
  let next = from;
  for (; next < sessions.length; next += 1) {
    const session = sessions[next];
    if (session === undefined) break;
    const facts = toFacts(session, keys, flags);
    const record = RECORD_HEAD + factsJson(facts);
    if (end + record.length * BYTES_A_UNIT > room.length) break;
    const { account, via, opened, last, expiresAt } = facts;
    end += room.write(record, end);
    ends.push(end);
    stored.push(session.key);
    accounts.push(account?.id ?? null);
    vias.push(via?.account.id ?? null);
    anyVia ||= via !== undefined;
    ips.push(last.ip ?? opened.ip);
    times.push(opened.at ?? Number.NaN, last.at ?? Number.NaN, expiresAt ?? Number.NaN);
  }
  const page: BulkPage = {
    keys: JSON.stringify(stored),
    records: room.subarray(0, end),
    ends: Uint32Array.from(ends),
    accounts: JSON.stringify(accounts),
    vias: anyVia ? JSON.stringify(vias) : null,
    ips: JSON.stringify(ips),
    times: Float64Array.from(times),
  };
  return { page, next };
}
