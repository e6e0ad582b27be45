import type { EpochMs } from '#shared/domain/units.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { Sighting } from '#shared/protocol/records.ts';
import type { HandleKeys } from '../keys/handle-keys.ts';
import type { StoredSession } from '../stores/store-adapter.ts';
import { cut } from './cut.ts';
import type { Flags } from './flags.ts';
import { timeOf, toFacts } from './to-wire.ts';

/** Texts that JSON writes as they are. */
const PLAIN = /^[ !#-[\]-~]*$/;
const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));
const within = (text: string | null, max: number): string =>
  text === null || text === '' ? 'null' : quoted(text.length <= max ? text : cut(text, max));
const time = (value: EpochMs | null): string => (value === null ? 'null' : String(timeOf(value)));

const sighting = ({ at, ip, userAgent }: Sighting): string =>
  `{"at":${time(at)},"ip":${within(ip, LIMITS.id)},"userAgent":${within(userAgent, LIMITS.userAgent)}}`;

/** A session's wire record as JSON after its handle, and whose it is. */
export interface FactsText {
  readonly json: string;
  readonly account: string | null;
  readonly via: string | null;
}

/**
 * What `JSON.stringify` makes of `toFacts`, after the first brace. A listing makes a million of them: what is usual is
 * written straight from the stored session, the rest (a masquerade, attributes, a renewed key) by way of the objects.
 */
export function factsText(stored: StoredSession, keys: HandleKeys, flags: Flags): FactsText {
  const { account, opened, last, expiresAt, marks, via, replaces, attributes } = stored;
  if (via !== undefined || replaces !== undefined || attributes !== undefined || marks.length > 0) {
    const facts = toFacts(stored, keys, flags);
    return {
      json: JSON.stringify(facts).slice(1),
      account: facts.account?.id ?? null,
      via: facts.via?.account.id ?? null,
    };
  }
  let who = 'null';
  let id: string | null = null;
  let marked = '[]';
  if (account !== null) {
    id = keys.accountId(account.id);
    who = `{"id":${quoted(id)},"name":${quoted(account.name.length <= LIMITS.id ? account.name : cut(account.name, LIMITS.id))}}`;
    const { privileged, service } = flags.of(id);
    if (privileged) marked = service ? '["privileged","service"]' : '["privileged"]';
    else if (service) marked = '["service"]';
  }
  const json = `"account":${who},"opened":${sighting(opened)},"last":${sighting(last)},"expiresAt":${time(expiresAt)},"marks":${marked}}`;
  return { json, account: id, via: null };
}
