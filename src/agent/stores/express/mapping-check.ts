import { member, parseJson, pointer, type Json } from '../parse/json.ts';
import { ParseError } from '../parse/parse-error.ts';
import type { Finding } from '../store-kind.ts';
import type { ExpressConfig, Mapping } from './config.ts';
import { readSession, type RawSession } from './session-data.ts';

const ENTRIES = [
  'user',
  'name',
  'roles',
  'email',
  'address',
  'userAgent',
  'lastAddress',
  'lastUserAgent',
  'openedAt',
] as const satisfies readonly (keyof Mapping)[];

/** What a look at some sessions says about the mapping: what leads nowhere is unknown in every record. */
export function checkMapping(sample: readonly RawSession[], config: ExpressConfig): readonly Finding[] {
  if (sample.length === 0) {
    return [
      {
        id: 'store.mapping',
        status: 'suspicious',
        message: 'there is no session to try the mapping on',
        fix: 'sign in to the application once and run the doctor again; otherwise correct store.prefix or store.table',
      },
    ];
  }
  const jsons = sample.map(({ json }) => parsed(json)).filter((json) => json !== null);
  const people = jsons.filter((json) => leads(json, config.mapping.user));
  const signedIn = sample.map((raw) => readSession(raw, config)).filter((session) => session !== null);
  if (people.length === 0) {
    return [
      {
        id: 'store.mapping.user',
        status: 'suspicious',
        message: `store.mapping.user leads nowhere in any of ${String(sample.length)} sessions: nobody is seen (members there: ${memberNames(jsons)})`,
        fix: 'set store.mapping.user to where the application keeps the id of who is signed in',
      },
    ];
  }
  const findings: Finding[] = [
    {
      id: 'store.mapping.user',
      status: 'ok',
      message: `${String(people.length)} of ${String(sample.length)} sessions looked at are of somebody who is signed in`,
    },
  ];
  for (const entry of ENTRIES) {
    const places = config.mapping[entry];
    if (entry === 'user' || places.length === 0) continue;
    const id = `store.mapping.${entry}`;
    const found = people.filter((json) => leads(json, places)).length;
    findings.push(
      found > 0
        ? {
            id,
            status: 'ok',
            message: `${id} found in ${String(found)} of ${String(people.length)} sessions`,
          }
        : {
            id,
            status: 'suspicious',
            message: `${id} leads nowhere in any of ${String(people.length)} sessions: it stays unknown`,
            fix: `correct store.mapping.${entry}, or set it to []`,
          },
    );
  }
  if (!signedIn.some(({ session }) => session.last.at !== null)) {
    findings.push({
      id: 'store.last-seen',
      status: 'suspicious',
      message: 'no session says when it was used last: its cookie has no maxAge, or touch is off',
      fix: 'give the session cookie a maxAge: session({ cookie: { maxAge: 7_200_000 } })',
    });
  }
  const addresses = signedIn
    .map(({ session }) => session.opened.ip ?? session.last.ip)
    .filter((ip) => ip !== null);
  if (addresses.length >= 10 && new Set(addresses).size === 1) {
    findings.push({
      id: 'store.addresses',
      status: 'suspicious',
      message: `all ${String(addresses.length)} sessions have the address ${addresses[0] ?? ''}`,
      fix: "the application probably sits behind a proxy it does not trust: app.set('trust proxy', …)",
    });
  }
  return findings;
}

function parsed(text: string | null): Json {
  try {
    return text === null ? null : parseJson(text);
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}

const leads = (json: Json, places: readonly string[]): boolean =>
  places.some((place) => pointer(json, place) !== null);

/** Names of members, never their values; and only what looks like a name, because a key could be a token. */
function memberNames(jsons: readonly Json[]): string {
  const names = new Set<string>();
  for (const json of jsons.slice(0, 50)) {
    if (typeof json !== 'object' || json === null) continue;
    for (const key of Object.keys(json)) {
      if (!/^[A-Za-z_]{1,20}$/.test(key)) continue;
      names.add(`/${key}`);
      const inner = member(json, key);
      if (typeof inner !== 'object' || inner === null || key === 'cookie') continue;
      for (const sub of Object.keys(inner)) if (/^[A-Za-z_]{1,20}$/.test(sub)) names.add(`/${key}/${sub}`);
    }
  }
  return [...names].slice(0, 20).join(' ');
}
