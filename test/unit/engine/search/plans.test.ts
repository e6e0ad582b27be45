import { afterAll, beforeAll, expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import type { RequestOf } from '#shared/ipc/contract.ts';
import { QUERY_METHODS } from '#shared/ipc/query-contract.ts';
import { openReadable, type ReadableDb } from '#engine/mirror/database.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import type { Question } from '#engine/mirror/question.ts';
import { ANSWERERS } from '#engine/mirror/questions.ts';
import { NOW, randomWorld, type RandomWorld } from './random-world.ts';

let made: RandomWorld;
let db: ReadableDb;
beforeAll(async () => {
  made = await randomWorld(7, { sessions: 60, events: 90 });
  db = openReadable(mirrorFile(made.world.profile));
});
afterAll(() => {
  db.close();
  made.world.close();
});

/** Statements of a question, with their plans. */
function plansOf<Name extends keyof typeof QUERY_METHODS>(
  name: Name,
  request: RequestOf<(typeof QUERY_METHODS)[Name]>,
): readonly string[] {
  const texts = new Set<string>();
  // The list of segments is short; sessions of which an order's value is not known stand at the end of a list.
  const small = (sql: string): boolean => sql.includes('FROM audit_segment') || sql.includes('NULL AS value');
  // A segment is looked through as a whole only while it has no index of words: until it is sealed, so it is short.
  const unsealed = db.prepare("SELECT number FROM audit_segment WHERE state <> 'sealed'").pluck().all();
  const lookedThrough = (sql: string): boolean =>
    unsealed.some((number) => sql.includes(`FROM audit_${String(number)} e NOT INDEXED`));
  const watched = new Proxy(db, {
    get: (target, property) => {
      if (property !== 'prepare') return Reflect.get(target, property, target) as unknown;
      return (sql: string) => {
        if (!small(sql) && !lookedThrough(sql)) texts.add(sql);
        return target.prepare(sql);
      };
    },
  });
  const parsed = QUERY_METHODS[name].request.parse(request) as never;
  const question = ANSWERERS[name](watched, parsed, epochMs(NOW)) as Question<unknown>;
  while (question.next().done !== true) {
    // To its end: every statement has been prepared then.
  }
  return [...texts].map((sql) => {
    const named = Object.fromEntries([...sql.matchAll(/@(\w+)/g)].map(([, name = '']) => [name, 1]));
    const places = [...sql.replaceAll(/'[^']*'/g, '').matchAll(/\?/g)].map(() => 1);
    return db
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...places, named)
      .map((row) => (row as { detail: string }).detail)
      .join('\n');
  });
}

/** Tables with as many rows as there are sessions, events or observations: walked by an index or found by key. */
const WHOLE_SCAN = /^SCAN (s|e|o|session|observation|audit_\d+)$/m;

const QUESTIONS: readonly (readonly [keyof typeof QUERY_METHODS, object, RegExp])[] = [
  ['query.sessions', { search: 'user:alice' }, /session_account/],
  ['query.sessions', { search: 'ip:8.8.0.0/16' }, /observation_address/],
  ['query.sessions', { search: 'ip:8.8.0.0/16' }, /address_number/],
  ['query.sessions', { search: 'network:telekom' }, /observation_address/],
  ['query.sessions', { search: 'country:DE opened:<30d' }, /observation_address/],
  ['query.sessions', { search: 'browser:firefox' }, /observation_device/],
  ['query.sessions', { search: 'state:live' }, /session_live/],
  ['query.sessions', { search: 'opened:<1d' }, /session_opened/],
  ['query.sessions', { search: '' }, /session_live/],
  ['query.sessions', { search: '' }, /session_ended_last/],
  ['query.sessions', { search: '', sort: { by: 'openedAt', descending: true } }, /session_opened/],
  ['query.sessions', { search: '', sort: { by: 'endedAt', descending: true } }, /session_ended/],
  ['query.sessions', { search: '', sort: { by: 'account', descending: false } }, /account_name/],
  ['query.at', { at: NOW - 86_400_000 }, /session_span/],
  ['query.difference', { from: NOW - 86_400_000, to: NOW }, /session_span/],
  ['query.audit', {}, /audit_\d+_at/],
  ['query.audit', { search: 'user:alice' }, /audit_1_account/],
  ['query.audit', { search: 'user:nobody' }, /audit_1_name/],
  ['query.audit', { search: 'user:=alice' }, /account_change_name/],
  ['query.audit', { search: 'user:=alice' }, /word_same/],
  ['query.audit', { search: 'user:=alice' }, /account_name \(name=\?\)/],
  ['query.audit', { search: 'action:login' }, /word_same/],
  ['query.at', { at: NOW - 86_400_000 }, /COVERING INDEX session_live/],
  ['query.audit', { search: 'ip:8.8.8.8' }, /audit_1_address/],
  ['query.audit', { search: 'session:session-1*' }, /audit_1_session/],
  ['query.audit', { search: 'message:denied' }, /audit_1_words VIRTUAL TABLE/],
  ['query.count', { table: 'audit', search: 'outcome:failure' }, /audit_\d+_at/],
  [
    'query.histogram',
    { table: 'audit', search: '', from: NOW - 86_400_000, stepMs: 3_600_000, steps: 24 },
    /audit_\d+_at/,
  ],
  [
    'query.histogram',
    { table: 'sessions', search: '', from: NOW - 86_400_000, stepMs: 3_600_000, steps: 24 },
    /session_opened/,
  ],
  ['query.top', { table: 'sessions', search: 'user:alice', field: 'country' }, /session_account/],
  ['query.sightings', { search: 'ip:8.8.8.8' }, /observation_address/],
  ['query.people', { search: 'opened:<30d' }, /session_opened/],
  ['query.values', { field: 'user', text: 'ali' }, /account_text VIRTUAL TABLE/],
];
test.each(QUESTIONS)('%s %o uses its index and scans no big table', (name, request, index) => {
  const plans = plansOf(name, request as never);
  expect(plans.join('\n')).toMatch(index);
  const scanning = plans.filter((plan) => WHOLE_SCAN.test(plan));
  expect(scanning).toEqual([]);
});
