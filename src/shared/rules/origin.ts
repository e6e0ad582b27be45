import { isAddress, parseNetwork, type NetworkTest } from '../domain/network.ts';
import type { Rule } from '../protocol/rules.ts';
import type { RuleFacts, RuleSession } from './facts.ts';
import { countInWords } from './words.ts';

/** Why a session must end, or null. */
export type OriginTest = (session: RuleSession) => string | null;

/** Addresses whose judgement is remembered. */
const MOST_JUDGED = 20_000;
const UNKNOWN_DENIED = 'and the rule ends what is unknown';

/** The network rule: a denied network always ends; with an allow list, everything that is not on it does. */
export function compileNetwork(rule: Extract<Rule, { kind: 'network' }>, facts: RuleFacts): OriginTest {
  const tests = (texts: readonly string[] | undefined) =>
    (texts ?? []).flatMap((text) => {
      const contains = parseNetwork(text);
      return contains === null ? [] : [{ text, contains }];
    });
  const lists = (use: 'allow' | 'deny') =>
    (rule.lists ?? []).flatMap((name) => {
      const list = facts.list(name);
      return list?.use === use ? [{ text: `list ${name}`, contains: list.contains }] : [];
    });
  const deny: { text: string; contains: NetworkTest }[] = [...tests(rule.deny), ...lists('deny')];
  const allow = [...tests(rule.allow), ...lists('allow')];
  const narrow =
    rule.allow !== undefined || (rule.lists ?? []).some((name) => facts.list(name)?.use === 'allow');
  const judge = (ip: string | null): string | null => {
    if (ip === null || !isAddress(ip)) {
      return rule.unknown === 'deny' ? `its address is not known, ${UNKNOWN_DENIED}` : null;
    }
    const denied = deny.find(({ contains }) => contains(ip));
    if (denied !== undefined) return `its address ${ip} is in ${denied.text}, which is denied`;
    if (narrow && !allow.some(({ contains }) => contains(ip)))
      return `its address ${ip} is in none of the ${countInWords(allow.length, 'allowed network')}`;
    return null;
  };
  // Many sessions have one address, and reading it is most of the work.
  const judged = new Map<string | null, string | null>();
  return ({ ip }) => {
    const known = judged.get(ip);
    if (known !== undefined) return known;
    if (judged.size >= MOST_JUDGED) judged.clear();
    const reason = judge(ip);
    judged.set(ip, reason);
    return reason;
  };
}

type PlaceMatch = 'yes' | 'no' | 'unknown';

/** Does a place lie in `DE` or in a region such as `US-California`? Case does not matter. */
function placeMatches(
  entry: string,
  place: { readonly country: string; readonly region: string | null },
): PlaceMatch {
  const country = entry.slice(0, 2).toUpperCase();
  if (country !== place.country.toUpperCase()) return 'no';
  if (entry.length === 2) return 'yes';
  if (place.region === null) return 'unknown';
  return entry.slice(3).toLowerCase() === place.region.toLowerCase() ? 'yes' : 'no';
}

/** The place rule, by countries and regions. A place that the data cannot tell falls to `unknown`. */
export function compilePlace(rule: Extract<Rule, { kind: 'place' }>, facts: RuleFacts): OriginTest {
  const unknown = (what: string) => (rule.unknown === 'deny' ? `${what}, ${UNKNOWN_DENIED}` : null);
  const best = (
    entries: readonly string[],
    place: { country: string; region: string | null },
  ): PlaceMatch => {
    const matches = entries.map((entry) => placeMatches(entry, place));
    return matches.includes('yes') ? 'yes' : matches.includes('unknown') ? 'unknown' : 'no';
  };
  return ({ ip }) => {
    if (ip === null) return unknown('its address is not known');
    const place = facts.place(ip);
    if (place === null) return unknown(`where ${ip} is, is not known`);
    const where = place.region === null ? place.country : `${place.country} (${place.region})`;
    const denied = best(rule.deny ?? [], place);
    if (denied === 'yes') return `${ip} is in ${where}, which is denied`;
    if (denied === 'unknown') return unknown(`the region of ${ip} in ${place.country} is not known`);
    if (rule.allow === undefined) return null;
    const allowed = best(rule.allow, place);
    if (allowed === 'yes') return null;
    if (allowed === 'unknown') return unknown(`the region of ${ip} in ${place.country} is not known`);
    return `${ip} is in ${where}, which is not allowed`;
  };
}

/** The device rule, by kinds of devices. */
export function compileDevice(rule: Extract<Rule, { kind: 'device' }>, facts: RuleFacts): OriginTest {
  const deny: ReadonlySet<string> = new Set(rule.deny);
  const allow: ReadonlySet<string> | null = rule.allow === undefined ? null : new Set(rule.allow);
  return ({ userAgent }) => {
    const kind = userAgent === null ? null : (facts.device(userAgent)?.deviceClass ?? null);
    if (kind === null)
      return rule.unknown === 'deny' ? `its kind of device is not known, ${UNKNOWN_DENIED}` : null;
    if (deny.has(kind)) return `it is on a device of the kind ${kind}, which is denied`;
    return allow === null || allow.has(kind)
      ? null
      : `it is on a device of the kind ${kind}, which is not allowed`;
  };
}
