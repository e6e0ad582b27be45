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
import { cancelled } from './parts/cancelling.ts';
import { note, percentile, quick, row, seeded } from './parts/report.ts';

const EVENTS = quick ? 300_000 : 10_000_000;
const SESSIONS = quick ? 30_000 : 1_000_000;
const RUNS = quick ? 10 : 40;
/** Short questions are asked more often: the slowest of a few tell of the machine, not of the question. */
const MOST_RUNS = quick ? 10 : 400;
const LONG_ENOUGH_MS = 4_000;
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
/** What the window shows of sessions `s`, as one would join it by hand. */
const SHOWN_SESSION = `SELECT s.*, h.id, a.id AS account_id, a.name, a.roles, a.privileged, a.service, w.text AS cause_text,
    m.text AS marks_text, p.*, d.*, r.risk
  FROM %1 JOIN handle h ON h.key = s.key LEFT JOIN account a ON a.key = s.account LEFT JOIN word w ON w.key = s.cause
    LEFT JOIN word m ON m.key = s.marks LEFT JOIN address p ON p.key = coalesce(s.last_address, s.opened_address)
    LEFT JOIN device d ON d.key = coalesce(s.last_device, s.opened_device)
    LEFT JOIN session_risk r ON r.session = s.key
  WHERE %2 LIMIT 100`;
const sessions = (from: string, where: string, ...bound: readonly unknown[]): void => {
  db.prepare(SHOWN_SESSION.replace('%1', from).replace('%2', where)).all(...bound);
};
/** The newest hundred events of a condition with what the window shows of them, segment by segment. */
function events(where: string, ...bound: readonly unknown[]): void {
  let left = 100;
  for (const { table } of segments) {
    if (left <= 0) return;
    left -= db
      .prepare(
        `SELECT e.*, h.id AS session_id, a.id AS account_id, n.text AS name, w.text AS action_text, r.text AS reason_text,
           o.text AS kind_text, c.text AS actor, p.*, d.*
         FROM ${table} e LEFT JOIN handle h ON h.key = e.session LEFT JOIN account a ON a.key = e.account
           LEFT JOIN word n ON n.key = e.account_name LEFT JOIN word w ON w.key = e.action
           LEFT JOIN word r ON r.key = e.reason LEFT JOIN word o ON o.key = e.object_kind
           LEFT JOIN word c ON c.key = e.actor_name LEFT JOIN address p ON p.key = e.address
           LEFT JOIN device d ON d.key = e.device
         WHERE ${where} ORDER BY e.at DESC LIMIT ${String(left)}`,
      )
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
    byHand: () => {
      sessions('session s', 's.connection = 1 AND s.ended_at IS NULL ORDER BY s.last_seen_at DESC');
    },
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
    byHand: (key) => {
      sessions(
        'session s',
        's.account IN (SELECT key FROM account WHERE name = ? COLLATE NOCASE) ORDER BY s.opened_at DESC',
        nameOf(key),
      );
    },
  },
  'sessions-address': {
    what: 'sessions of an address',
    most: 100,
    pick: () => some('address'),
    product: (key) => ask('query.sessions', { search: `ip:${ipOf(key)}` }),
    byHand: (key) => {
      sessions(
        'session s',
        `s.key IN (SELECT o.session FROM address x JOIN observation o ON o.address = x.key WHERE x.ip = ?)
         ORDER BY s.last_seen_at DESC`,
        ipOf(key),
      );
    },
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
    byHand: (at) => {
      sessions(
        'session s',
        `s.opened_at >= ? AND coalesce(s.last_address, s.opened_address) IN
           (SELECT key FROM address WHERE ip LIKE ?) ORDER BY s.opened_at DESC`,
        at - 30 * DAY,
        `${String(10 + (at % 200))}.%`,
      );
    },
  },
  'signed-in-at': {
    what: 'who was signed in at an instant, first page',
    most: 100,
    pick: instant,
    product: (at) => ask('query.at', { at, counted: false }),
    byHand: (at) => {
      // Where they were then, not where they went later.
      db.prepare(
        `SELECT o.at AS seen_at, q.*, f.*, shown.* FROM (${SHOWN_SESSION.replace('%1', 'session s').replace(
          '%2',
          's.opened_at <= ? AND (s.ended_at IS NULL OR s.ended_at > ?) ORDER BY s.opened_at DESC',
        )}) shown LEFT JOIN observation o ON o.session = shown.key AND o.at =
           (SELECT max(x.at) FROM observation x WHERE x.session = shown.key AND x.at <= ?)
         LEFT JOIN address q ON q.key = o.address LEFT JOIN device f ON f.key = o.device`,
      ).all(at, at, at);
    },
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
      events('e.account IN (SELECT key FROM account WHERE name = ? COLLATE NOCASE)', nameOf(key));
    },
  },
  'events-address': {
    what: 'first page of events of an address',
    most: 100,
    pick: () => some('address'),
    product: (key) => ask('query.audit', { search: `ip:${ipOf(key)}` }),
    byHand: (key) => {
      events('e.address IN (SELECT key FROM address WHERE ip = ?)', ipOf(key));
    },
  },
  'events-words': {
    what: 'first page of events whose message holds words',
    most: 250,
    pick: () => some('account'),
    product: (key) => ask('query.audit', { search: `message:"${nameOf(key)}"` }),
    byHand: (key) => {
      const name = nameOf(key).replaceAll('"', '');
      let left = 100;
      for (const { table, state } of segments) {
        if (left <= 0) continue;
        // What is being written has no index of words yet.
        const [condition, bound] =
          state === 'hot'
            ? (['message LIKE ?', `%${name}%`] as const)
            : ([
                `key IN (SELECT rowid FROM ${table}_words WHERE ${table}_words MATCH ?)`,
                `"${name}"`,
              ] as const);
        left -= db
          .prepare(`SELECT * FROM ${table} WHERE ${condition} ORDER BY key DESC LIMIT 100`)
          .all(bound).length;
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
      db
        .prepare(
          `SELECT name FROM (SELECT DISTINCT name FROM account WHERE name LIKE ? LIMIT 500)
           ORDER BY length(name), name LIMIT 12`,
        )
        .all(`${nameOf(key).slice(0, 4)}%`),
  },
};

for (const [name, { what, most: limit, pick, product, byHand }] of Object.entries(CASES)) {
  const times = { product: [] as number[], byHand: [] as number[] };
  const began = performance.now();
  for (
    let run = -WARM;
    run < RUNS || (run < MOST_RUNS && performance.now() - began < LONG_ENOUGH_MS);
    run += 1
  ) {
    const key = pick();
    // Who asks first reads the pages that both need: they take turns.
    const sides = [['product', product] as const, ['byHand', byHand] as const];
    for (const [side, work] of run % 2 === 0 ? sides : sides.toReversed()) {
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

const free = await cancelled(mirrorFile(profile), BIG_UNTIL);
console.log(`  cancelled: ${free.map((ms) => ms.toFixed(0)).join(', ')} ms`);
// On a small mirror every question has ended before anybody could cancel it.
if (free.length > 0) {
  row({
    name: 'question-cancelled',
    what: 'a cancelled question computes no longer, p95 against its limit',
    product: percentile(free, 0.95),
    ceiling: 200,
    unit: 'ms',
    goal: 1,
    better: 'lower',
  });
}

note(
  `${String(EVENTS)} events and ${String(SESSIONS)} sessions, ${String(RUNS)} to ${String(MOST_RUNS)} runs each with other parameters, in one process; taking turns in asking first; both read what the window shows of a row, and the product also says as of when, where there are gaps, and where the next page begins.`,
);
db.close();
