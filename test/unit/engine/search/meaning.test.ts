import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SESSION_SORTS } from '#shared/ipc/session-sorts.ts';
import { parseQuery } from '#shared/query/parse.ts';
import type { Query, SearchTable } from '#shared/query/tree.ts';
import { openReadable, type ReadableDb } from '#engine/mirror/database.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { countAudit, countSessions } from '#engine/mirror/search/count.ts';
import { scopeOf } from '#engine/mirror/search/scope.ts';
import { searchAudit, type FoundEvents } from '#engine/mirror/search/search-audit.ts';
import { searchSessions } from '#engine/mirror/search/search-sessions.ts';
import { ask } from '#test/support/ask.ts';
import { naive } from './naive.ts';
import { NOW, randomWorld, type RandomWorld } from './random-world.ts';

const CONTEXT = { now: NOW, zone: 'utc' as const };
let made: RandomWorld;
let db: ReadableDb;

/** Values that occur, parts of them, and such as do not. */
const TERMS: Readonly<Record<SearchTable | 'both', readonly string[]>> = {
  both: [
    'user:ali',
    'user:=alice',
    'user:al*',
    'user:?l*a',
    'user:"b%b_x"',
    'user:none',
    'user:any',
    'user:STRÖM,bob',
    'user:ström',
    'account:1,2',
    'email:example.com',
    'email:none',
    'role:editor',
    'role:adm*',
    'role:none',
    'role:any',
    'env:one',
    'env:two',
    'ip:8.8.0.0/16',
    'ip:8.8.8.8',
    'ip:10.0.0.0/8',
    'ip:2001:db8::/48',
    'ip:2001:db8::/32',
    'ip:::/0',
    'ip:0.0.0.0/0',
    'ip:8.8.4.4..10.0.0.255',
    'ip:10.*',
    'ip:none',
    'ip:not*',
    'country:US',
    'country:de,BR',
    'country:none',
    'country:any',
    'region:land',
    'city:ber',
    'city:none',
    'network:telekom',
    'network:"100%"',
    'network:=google*',
    'network:go',
    'asn:3320',
    'asn:>4000',
    'asn:none',
    'kind:tor,hosting',
    'kind:none',
    'browser:fire',
    'browser:none',
    'os:windows',
    'device:mobile',
    'device:none',
    'agent:curl',
    'agent:*Gecko*',
    'agent:none',
    'alice',
    'al',
    'telekom',
    '8.8.8.8',
    '10.0.0.0/8',
    'gecko',
    'ali*',
    '*ström*',
    '"b%b"',
    'nowhere-to-be-found',
    'id:none',
    'zz',
  ],
  sessions: [
    'via:ali',
    'via:none',
    'state:live',
    'state:ended',
    'state:active',
    'state:idle,stale',
    'state:unseen',
    'cause:logout',
    'cause:none',
    'cause:re*',
    'opened:<2d',
    'opened:>5d',
    'opened:none',
    'opened:2026-03-10',
    'opened:2026-03-08..2026-03-12',
    'opened:>=2026-03-10T06:00',
    'last:<1d',
    'last:>3h',
    'ended:none',
    'ended:yesterday',
    'ended:<=2026-03-12',
    'expires:none',
    'expires:>=2026-03-15',
    'duration:>8h',
    'duration:1h..1d',
    'duration:none',
    'is:mfa',
    'is:privileged',
    'is:service',
    'marks:none',
    'marks:any',
    'marks:s*',
    'risk:>70',
    'risk:40..70',
    'risk:any',
    'risk:none',
    'id:session-1',
    'id:session-1*',
    'session-7',
  ],
  audit: [
    'at:<3d',
    'at:2026-03-10',
    'at:..2026-03-09',
    'action:login',
    'action:password-*',
    'action:login,other',
    'outcome:failure',
    'outcome:unknown',
    'outcome:none',
    'reason:bad-password',
    'reason:none',
    'actor:root',
    'actor:none',
    'object:price',
    'object:node',
    'object:none',
    'message:login',
    'message:"login attempt"',
    'message:wp-log*',
    'message:none',
    'message:accueil',
    'session:none',
    'session:session-3*',
    'id:event-4',
    'id:event-1*',
    '"access denied"',
    'wp-login',
    'edition',
  ],
};

beforeAll(async () => {
  made = await randomWorld(20_260_315, { sessions: 120, events: 160 });
  db = openReadable(mirrorFile(made.world.profile));
});
afterAll(() => {
  db.close();
  made.world.close();
});

const parsed = (text: string, table: SearchTable): Query => {
  const answer = parseQuery(text, table);
  if (!answer.ok) throw new Error(`${text}: ${answer.error.message}`);
  return answer.query;
};
const request = (search: string) => ({ search, zone: 'utc' as const });

function sessionIds(
  search: string,
  by: (typeof SESSION_SORTS)[number],
  descending: boolean,
  gathered?: number,
): string[] {
  const compiled = scopeOf(db, 'sessions', request(search), NOW);
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { keys: readonly number[]; next: string | null } = ask(
      searchSessions(db, compiled, { by, descending }, { cursor, limit: 7, now: NOW, gathered }),
    );
    for (const key of page.keys)
      ids.push(String(db.prepare('SELECT id FROM handle WHERE key = ?').pluck().get(key)));
    cursor = page.next;
  } while (cursor !== null && ids.length < 1_000);
  return ids;
}

function eventIds(search: string, descending: boolean, driven: boolean): string[] {
  const compiled = scopeOf(db, 'audit', request(search), NOW);
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: FoundEvents = ask(searchAudit(db, compiled, { descending, cursor, limit: 9, driven }));
    for (const key of page.keys)
      ids.push(String(db.prepare('SELECT id FROM audit WHERE key = ?').pluck().get(key)));
    cursor = page.next;
  } while (cursor !== null && ids.length < 1_000);
  return ids;
}

const expected = (search: string, table: SearchTable): string[] => {
  const query = parsed(search, table);
  const rows = table === 'sessions' ? made.sessions : made.events;
  return rows
    .filter((row) => naive(query, row, CONTEXT))
    .map(({ id }) => id)
    .sort();
};

function searches(table: SearchTable): fc.Arbitrary<string> {
  const term = fc.constantFrom(...TERMS.both, ...TERMS[table]);
  return fc.letrec<{ search: string }>((tie) => ({
    search: fc.oneof(
      { maxDepth: 3 },
      term,
      term,
      fc.tuple(tie('search'), tie('search')).map(([a, b]) => `(${a}) (${b})`),
      fc.tuple(tie('search'), tie('search')).map(([a, b]) => `(${a}) OR (${b})`),
      tie('search').map((inner) => `-(${inner})`),
    ),
  })).search;
}

test.each([...TERMS.both, ...TERMS.sessions])('sessions: %s', (search) => {
  expect(sessionIds(search, 'openedAt', true).sort()).toEqual(expected(search, 'sessions'));
});
test.each([...TERMS.both, ...TERMS.audit])('events: %s', (search) => {
  expect(eventIds(search, true, true).sort()).toEqual(expected(search, 'audit'));
});

test('every term finds something somewhere, or the test proves nothing', () => {
  const empty = ['env:two', 'nowhere-to-be-found', 'zz', 'id:none', 'user:STRÖM,bob', 'network:=google*'];
  const dull = [...TERMS.both, ...TERMS.sessions, ...TERMS.audit].filter((term) => {
    const tables = (['sessions', 'audit'] as const).filter((table) => parseQuery(term, table).ok);
    return tables.every((table) => expected(term, table).length === 0);
  });
  expect(dull.filter((term) => !empty.includes(term))).toEqual([]);
});

test('random searches of sessions mean the same gathered and walked, in every order, by pages', () => {
  fc.assert(
    fc.property(
      searches('sessions'),
      fc.constantFrom(...SESSION_SORTS),
      fc.boolean(),
      fc.constantFrom(undefined, 0),
      (search, by, descending, gathered) => {
        const ids = sessionIds(search, by, descending, gathered);
        expect([...ids].sort(), search).toEqual(expected(search, 'sessions'));
        const compiled = scopeOf(db, 'sessions', request(search), NOW);
        const counted = ask(countSessions(db, compiled, { at: null, most: null }));
        expect(counted).toEqual({ value: ids.length, is: 'exact' });
      },
    ),
    { numRuns: 150 },
  );
});

test('random searches of events mean the same by index and by time, both ways, by pages', () => {
  fc.assert(
    fc.property(searches('audit'), fc.boolean(), fc.boolean(), (search, descending, driven) => {
      const ids = eventIds(search, descending, driven);
      expect([...ids].sort(), search).toEqual(expected(search, 'audit'));
      const compiled = scopeOf(db, 'audit', request(search), NOW);
      expect(ask(countAudit(db, compiled, null)).value).toBe(ids.length);
    }),
    { numRuns: 120 },
  );
});

test('an order is the same gathered and walked, and what is not known comes last', () => {
  for (const by of SESSION_SORTS) {
    for (const descending of [true, false]) {
      expect(sessionIds('', by, descending, 0), by).toEqual(sessionIds('state:live,ended', by, descending));
    }
  }
});
