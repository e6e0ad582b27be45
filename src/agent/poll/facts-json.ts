import type { Session, Sighting } from '#shared/protocol/records.ts';

/** Texts that JSON writes as they are. */
const PLAIN = /^[ !#-[\]-~]*$/;
const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));
const textOrNull = (text: string | null): string => (text === null ? 'null' : quoted(text));

const sighting = ({ at, ip, userAgent }: Sighting): string =>
  `{"at":${String(at)},"ip":${textOrNull(ip)},"userAgent":${textOrNull(userAgent)}}`;

/**
 * What `JSON.stringify` makes of these facts, after the first brace; twice as fast, for listings of a million.
 * Member for member as `toFacts` makes them: records are compared as texts.
 */
export function factsJson(facts: Omit<Session, 'id'>): string {
  const { account, opened, last, expiresAt, marks, via, replaces, attributes } = facts;
  const who = account === null ? 'null' : `{"id":${quoted(account.id)},"name":${quoted(account.name)}}`;
  const marked = marks.length === 0 ? '[]' : JSON.stringify(marks);
  const rare =
    (via === undefined ? '' : `,"via":${JSON.stringify(via)}`) +
    (replaces === undefined ? '' : `,"replaces":${quoted(replaces)}`) +
    (attributes === undefined ? '' : `,"attributes":${JSON.stringify(attributes)}`);
  return `"account":${who},"opened":${sighting(opened)},"last":${sighting(last)},"expiresAt":${String(expiresAt)},"marks":${marked}${rare}}`;
}
