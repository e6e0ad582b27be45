import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Change, isQuickChange, parseChange } from '#shared/protocol/changes.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import { traffic } from '#test/support/traffic.ts';

// What the written-out check takes, the schema must take unchanged. Values at the edges of every limit, of wrong types,
// missing, and fields that nobody knows.

const text = (most: number): fc.Arbitrary<unknown> =>
  fc.oneof(
    { arbitrary: fc.string({ maxLength: 12 }), weight: 20 },
    fc.constantFrom('', 'x', 'y'.repeat(most), 'z'.repeat(most + 1), '\u{1F600}'.repeat(most / 2 + 1)),
    fc.constantFrom<unknown>(null, 0, true, [], {}),
  );
const id = text(LIMITS.id);
const time = fc.oneof(
  { arbitrary: fc.nat(), weight: 20 },
  fc.constantFrom<unknown>(null, -1, 0, 0.5, -0, 2 ** 53, Number.MAX_SAFE_INTEGER, '7', true),
);
const junk = fc.constantFrom<unknown>(null, undefined, 1, 'x', [], {}, [null], { a: 1 });
const attributes = fc.oneof(
  {
    arbitrary: fc.dictionary(fc.string({ maxLength: 4 }), text(LIMITS.attributeValue), { maxKeys: 4 }),
    weight: 4,
  },
  fc.constantFrom<unknown>(
    Object.fromEntries(Array.from({ length: LIMITS.attributes }, (_, n) => [`k${String(n)}`, 'v'])),
    Object.fromEntries(Array.from({ length: LIMITS.attributes + 1 }, (_, n) => [`k${String(n)}`, 'v'])),
    { ['k'.repeat(LIMITS.attributeKey + 1)]: 'v' },
    JSON.parse('{"__proto__": "v"}'),
  ),
  junk,
);
/** Mostly the fields as they should be; sometimes one is missing, junk, or one too many. */
function record(
  fields: Record<string, fc.Arbitrary<unknown>>,
  needed: readonly string[],
): fc.Arbitrary<unknown> {
  const known = fc.record(fields, { requiredKeys: [...needed] });
  return fc.oneof(
    { arbitrary: known, weight: 12 },
    fc.record(fields, { requiredKeys: [] }),
    fc.tuple(known, fc.constantFrom('extra', '__proto__', 'constructor', 'toString')).map(([one, name]) => {
      const copy = { ...one };
      Object.defineProperty(copy, name, { value: 1, enumerable: true });
      return copy;
    }),
    junk,
  );
}
const sighting = record({ at: time, ip: id, userAgent: text(LIMITS.userAgent) }, ['at', 'ip', 'userAgent']);
const ref = record({ id, name: id }, ['id', 'name']);
const session = record(
  {
    id,
    account: fc.oneof(ref, fc.constant(null)),
    opened: sighting,
    last: sighting,
    expiresAt: time,
    marks: fc.oneof(fc.array(id, { maxLength: 3 }), fc.constant(Array.from({ length: 65 }, () => 'm')), junk),
    via: record({ account: ref }, ['account']),
    replaces: id,
    attributes,
  },
  ['id', 'account', 'opened', 'last', 'expiresAt', 'marks'],
);
const event = record(
  {
    id,
    at: time,
    recordedAt: time,
    action: id,
    outcome: fc.constantFrom<unknown>('success', 'failure', 'unknown', 'other', 1, null),
    reason: id,
    account: fc.oneof(record({ id, name: id }, ['name']), fc.constant(null)),
    ip: id,
    userAgent: text(LIMITS.userAgent),
    sessionId: id,
    actor: record({ id, name: id }, ['name']),
    object: record({ kind: id, id, name: id }, ['kind']),
    message: text(LIMITS.message),
    attributes,
  },
  ['id', 'at', 'recordedAt', 'action', 'outcome', 'account'],
);
const account = record(
  {
    id,
    name: id,
    roles: fc.oneof(
      fc.array(id, { maxLength: 3 }),
      fc.constant(Array.from({ length: 257 }, () => 'r')),
      junk,
    ),
    status: fc.constantFrom<unknown>('active', 'blocked', 'unknown', 'odd', 1, null),
    privileged: fc.constantFrom<unknown>(true, false, 1, null),
    service: fc.constantFrom<unknown>(true, false, 'no'),
    email: id,
    createdAt: time,
    lastLoginAt: time,
  },
  ['id', 'name', 'roles', 'status', 'privileged', 'service'],
);
const numbered = { seq: time, at: time };
const kinds: readonly fc.Arbitrary<unknown>[] = [
  record({ ...numbered, kind: fc.constant('audit'), event }, ['seq', 'at', 'kind', 'event']),
  record({ ...numbered, kind: fc.constantFrom('session.opened', 'session.updated'), session }, [
    'seq',
    'at',
    'kind',
    'session',
  ]),
  record(
    {
      ...numbered,
      kind: fc.constant('session.closed'),
      id,
      reason: id,
      commandId: fc.oneof(fc.uuid(), id),
      ruleId: id,
    },
    ['seq', 'at', 'kind', 'id', 'reason'],
  ),
  record({ ...numbered, kind: fc.constant('account.upserted'), account }, ['seq', 'at', 'kind', 'account']),
  record({ ...numbered, kind: fc.constant('account.removed'), id }, ['seq', 'at', 'kind', 'id']),
  record({ ...numbered, kind: text(20) }, ['seq', 'at', 'kind']),
];

test.each(kinds.map((kind, at) => [at, kind] as const))(
  'what the quick check takes, the schema takes as it is (kind %i)',
  (at, kind) => {
    let taken = 0;
    fc.assert(
      fc.property(kind, (made) => {
        // As it comes off the wire.
        const item: unknown = JSON.parse(JSON.stringify(made ?? null));
        if (!isQuickChange(item)) return;
        taken += 1;
        const parsed = Change.safeParse(item);
        expect(parsed.success).toBe(true);
        expect(parsed.data).toStrictEqual(item);
      }),
      { numRuns: 3_000 },
    );
    // A check that takes nothing would pass; the last kind is one it must not know.
    if (at < kinds.length - 1) expect(taken).toBeGreaterThan(5);
    else expect(taken).toBe(0);
  },
);

test('ordinary records take the quick way, and parsing gives them back', () => {
  const people = traffic();
  const items = [
    { seq: 1, at: 1, kind: 'audit', event: people.event() },
    { seq: 2, at: 1, kind: 'session.updated', session: people.session() },
    { seq: 3, at: 1, kind: 'account.upserted', account: people.account(7) },
    { seq: 4, at: 1, kind: 'session.closed', id: 's', reason: 'logout' },
    { seq: 5, at: 1, kind: 'account.removed', id: 'a' },
  ];
  for (const item of items) {
    expect(isQuickChange(item)).toBe(true);
    expect(parseChange(item)).toEqual({ is: 'change', change: item });
  }
});
