// Every question of the search language on a big mirror, beside the query that one would write by hand for it.
// needs: data
import { DAY, epochMs, HOUR } from '#shared/domain/units.ts';
import { QUERY_METHODS } from '#shared/ipc/query-contract.ts';
import type { RequestOf } from '#shared/ipc/contract.ts';
import { openReadable } from '#engine/mirror/database.ts';
import { auditSegments } from '#engine/mirror/audit-segments.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import type { Question } from '#engine/mirror/question.ts';
import { ANSWERERS } from '#engine/mirror/questions.ts';
import { BIG_UNTIL, caughtUpMirror } from './parts/big-mirror-file.ts';
import { note, percentile, quick, row, seeded } from './parts/report.ts';

const EVENTS = quick ? 300_000 : 10_000_000;
const SESSIONS = quick ? 30_000 : 1_000_000;
const RUNS = quick ? 10 : 40;
/** Runs before that are not counted: a reader has answered before. */
const WARM = 5;
const random = seeded(4);

const profile = await caughtUpMirror(EVENTS, SESSIONS);
const db = openReadable(mirrorFile(profile));

const one = (sql: string, ...bound: readonly unknown[]): unknown =>
  db
    .prepare(sql)
    .pluck()
    .get(...bound);
const most = {
  account: Number(one('SELECT max(key) FROM account')),
  address: Number(one('SELECT max(key) FROM address')),
};
const some = (table: 'account' | 'address'): number => 1 + Math.floor(random() * most[table]);
const instant = (): number => Math.floor(BIG_UNTIL - DAY - random() * 170 * DAY);
const segments = auditSegments(db);

type Name = keyof typeof QUERY_METHODS;
function ask<N extends Name>(name: N, request: RequestOf<(typeof QUERY_METHODS)[N]>): void {
  const parsed = QUERY_METHODS[name].request.parse(request) as never;
  const question = ANSWERERS[name](db, parsed, epochMs(BIG_UNTIL)) as Question<unknown>;
  while (question.next().done !== true) {
    // Step by step, as a reader does it.
  }
}
/** The newest hundred events of a condition, segment by segment. */
function events(where: string, ...bound: readonly unknown[]): void {
  let left = 100;
  for (const { table } of segments) {
    if (left <= 0) return;
    left -= db
      .prepare(`SELECT * FROM ${table} WHERE ${where} ORDER BY at DESC LIMIT ${String(left)}`)
      .all(...bound).length;
  }
}

interface Case {
  readonly what: string;
  readonly most: number;
  readonly product: (key: number) => void;
  readonly byHand: (key: number) => void;
  readonly pick: () => number;
}
const text = (sql: string, key: number, otherwise: string): string => {
  const found = one(sql, key);
  return typeof found === 'string' ? found : otherwise;
};
const nameOf = (key: number): string => text('SELECT name FROM account WHERE key = ?', key, 'nobody');
const ipOf = (key: number): string => text('SELECT ip FROM address WHERE key = ?', key, '192.0.2.1');

const CASES: Readonly<Record<string, Case>> = {
  'sessions-newest': {
    what: 'first page of live sessions, seen last first',
    most: 100,
    pick: () => 0,
    product: () => ask('query.sessions', { search: 'state:live' }),
    byHand: () =>
      db.prepare('SELECT * FROM session WHERE ended_at IS NULL ORDER BY last_seen_at DESC LIMIT 100').all(),
  },
  'sessions-person': {
    what: 'sessions of a person',
    most: 100,
    pick: () => some('account'),
    product: (key) =>
      ask('query.sessions', {
        search: `user:="${nameOf(key)}"`,
        sort: { by: 'openedAt', descending: true },
      }),
    byHand: (key) =>
      db.prepare('SELECT * FROM session WHERE account = ? ORDER BY opened_at DESC LIMIT 100').all(key),
  },
  'sessions-address': {
    what: 'sessions of an address',
    most: 100,
    pick: () => some('address'),
    product: (key) => ask('query.sessions', { search: `ip:${ipOf(key)}` }),
    byHand: (key) =>
      db
        .prepare(
          'SELECT s.* FROM observation o JOIN session s ON s.key = o.session WHERE o.address = ? LIMIT 100',
        )
        .all(key),
  },
  'sessions-block': {
    what: 'sessions of a block of addresses in a month',
    most: 100,
    pick: instant,
    product: (at) =>
      ask('query.sessions', {
        search: `ip:${String(10 + (at % 200))}.0.0.0/8 opened:>=${new Date(at - 30 * DAY).toISOString().slice(0, 10)}`,
        sort: { by: 'openedAt', descending: true },
      }),
    byHand: (at) =>
      db
        .prepare(
          `SELECT s.* FROM session s WHERE s.opened_at >= ? AND coalesce(s.last_address, s.opened_address) IN
             (SELECT key FROM address WHERE ip LIKE ?) ORDER BY s.opened_at DESC LIMIT 100`,
        )
        .all(at - 30 * DAY, `${String(10 + (at % 200))}.%`),
  },
  'signed-in-at': {
    what: 'who was signed in at an instant, first page',
    most: 100,
    pick: instant,
    product: (at) => ask('query.at', { at, counted: false }),
    byHand: (at) =>
      db
        .prepare(
          'SELECT * FROM session WHERE opened_at <= ? AND (ended_at IS NULL OR ended_at > ?) ORDER BY opened_at DESC LIMIT 100',
        )
        .all(at, at),
  },
  'signed-in-count': {
    what: 'how many were signed in at an instant',
    most: 100,
    pick: instant,
    product: (at) => ask('query.at', { at, limit: 1 }),
    byHand: (at) =>
      db
        .prepare('SELECT count(*) FROM session WHERE opened_at <= ? AND (ended_at IS NULL OR ended_at > ?)')
        .get(at, at),
  },
  'events-newest': {
    what: 'first page of events',
    most: 100,
    pick: () => 0,
    product: () => ask('query.audit', {}),
    byHand: () => {
      events('1');
    },
  },
  'events-person': {
    what: 'first page of events of a person',
    most: 100,
    pick: () => some('account'),
    product: (key) => ask('query.audit', { search: `user:="${nameOf(key)}"` }),
    byHand: (key) => {
      events('account = ?', key);
    },
  },
  'events-address': {
    what: 'first page of events of an address',
    most: 100,
    pick: () => some('address'),
    product: (key) => ask('query.audit', { search: `ip:${ipOf(key)}` }),
    byHand: (key) => {
      events('address = ?', key);
    },
  },
  'events-words': {
    what: 'first page of events whose message holds words',
    most: 250,
    pick: () => some('account'),
    product: (key) => ask('query.audit', { search: `message:"${nameOf(key)}"` }),
    byHand: (key) => {
      let left = 100;
      for (const { table, state } of segments) {
        if (left <= 0 || state === 'hot') continue;
        left -= db
          .prepare(
            `SELECT rowid FROM ${table}_words WHERE ${table}_words MATCH ? ORDER BY rowid DESC LIMIT 100`,
          )
          .all(`"${nameOf(key).replaceAll('"', '')}"`).length;
      }
    },
  },
  'events-count-day': {
    what: 'failed sign-ins of a day, counted',
    most: 100,
    pick: instant,
    product: (at) =>
      ask('query.count', {
        table: 'audit',
        search: `outcome:failure at:${new Date(at).toISOString().slice(0, 10)}`,
      }),
    byHand: (at) => {
      const from = Math.floor(at / DAY) * DAY;
      for (const { table } of auditSegments(db, { since: from, until: from + DAY })) {
        db.prepare(`SELECT count(*) FROM ${table} WHERE at >= ? AND at < ? AND outcome = 2`).get(
          from,
          from + DAY,
        );
      }
    },
  },
  'events-histogram': {
    what: 'histogram of failed events over a week, by the hour',
    most: 300,
    pick: instant,
    product: (at) =>
      ask('query.histogram', {
        table: 'audit',
        search: 'outcome:failure',
        from: at - 7 * DAY,
        stepMs: HOUR,
        steps: 168,
      }),
    byHand: (at) => {
      for (const { table } of auditSegments(db, { since: at - 7 * DAY, until: at })) {
        db.prepare(
          `SELECT CAST(at AS INTEGER) / 3600000 AS bar, count(*) FROM ${table} WHERE at >= ? AND at < ? AND outcome = 2 GROUP BY bar`,
        ).all(at - 7 * DAY, at);
      }
    },
  },
  'values-user': {
    what: 'completion of a name',
    most: 100,
    pick: () => some('account'),
    product: (key) => ask('query.values', { field: 'user', text: nameOf(key).slice(0, 4) }),
    byHand: (key) =>
      db.prepare('SELECT name FROM account WHERE name LIKE ? LIMIT 12').all(`${nameOf(key).slice(0, 4)}%`),
  },
};

for (const [name, { what, most: limit, pick, product, byHand }] of Object.entries(CASES)) {
  const times = { product: [] as number[], byHand: [] as number[] };
  for (let run = -WARM; run < RUNS; run += 1) {
    const key = pick();
    for (const [side, work] of [
      ['product', product],
      ['byHand', byHand],
    ] as const) {
      const start = performance.now();
      work(key);
      if (run >= 0) times[side].push(performance.now() - start);
    }
  }
  const [mine, hand] = [percentile(times.product, 0.95), percentile(times.byHand, 0.95)];
  const middle = (side: 'product' | 'byHand'): string => percentile(times[side], 0.5).toFixed(2);
  console.log(
    `  ${name}: ${mine.toFixed(2)} ms (median ${middle('product')}), by hand ${hand.toFixed(2)} ms (${middle('byHand')})`,
  );
  row({
    name: `question-${name}`,
    what: `${what}, p95`,
    product: mine,
    ceiling: hand,
    unit: 'ms',
    goal: 2,
    better: 'lower',
  });
  row({
    name: `question-${name}-limit`,
    what: `the same, against its limit`,
    product: mine,
    ceiling: limit,
    unit: 'ms',
    goal: 1,
    better: 'lower',
  });
}

note(
  `${String(EVENTS)} events and ${String(SESSIONS)} sessions, ${String(RUNS)} runs each with other parameters, in one process; the product also builds the rows that are shown.`,
);
db.close();
