import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeState } from '#engine/detect/codec.ts';
import { createDetector } from '#engine/detect/detector.ts';
import { packEvents } from '#engine/detect/event-pack.ts';
import { ByteSink, PackReader, PackWriter } from '#engine/detect/pack/bytes.ts';
import { createPass } from '#engine/detect/pack/shape.ts';
import { userPack } from '#engine/detect/pack/user-pack.ts';
import { thaw, type Timeline } from '#engine/detect/timeline.ts';
import type { UserState } from '#engine/detect/user-state.ts';
import type { DetectEvent } from '#engine/detect/event.ts';
import type { Snapshot } from '#engine/detect/snapshot.ts';
import { allSeen, type Sights } from '#engine/detect/sights.ts';
import type { Table } from '#engine/detect/table.ts';
import type { PreparedEvent } from '#engine/detect/prepare.ts';
import { parseSettings } from '#engine/detect/settings.ts';
import { createEvaluator } from '#engine/detections/evaluator.ts';
import { createMemory } from '#engine/detections/memory.ts';
import { createMemoryWriter } from '#engine/detections/memory-writer.ts';
import { createPackedCache } from '#engine/detections/packed-cache.ts';
import { packOf, type Pack } from '#engine/detections/packs.ts';
import { storedKeys } from '#engine/detections/stored-keys.ts';
import { testMirror } from '#test/support/test-mirror.ts';
import { event, HOUR, PLACES, WINDOWS_FIREFOX } from '../../detect/support.ts';
import { eager, world } from '../../detect/world.ts';

const settings = parseSettings(eager);
const open = () => createEvaluator({ settings, environment: 'shop', load: () => undefined });

const isTimeline = (value: unknown): value is Timeline<unknown> =>
  typeof value === 'object' && value !== null && 'segments' in value;
/** With every part as objects. */
const whole = (value: unknown): unknown => {
  if (isTimeline(value)) thaw(value);
  return value;
};
const bytesOf = (pack: Pack, value: unknown): Buffer => {
  const sink = new ByteSink();
  sink.byte(7);
  pack.write(value, sink);
  return Buffer.from(sink.bytes.subarray(0, sink.length));
};

/** Everything that is packed is written as bytes and read again; what was not asked for since is still bytes. */
const reread = (tables: readonly Table<unknown>[]): number => {
  let memories = 0;
  for (const { kind, held } of tables) {
    const pack = packOf(kind);
    if (pack === undefined) continue;
    for (const [key, value] of held) {
      const bytes = bytesOf(pack, value);
      const read = pack.read(bytes, 1);
      expect(bytesOf(pack, read).equals(bytes), `${kind} ${key}`).toBe(true);
      if (kind !== 'records') expect(whole(pack.read(bytes, 1)), `${kind} ${key}`).toEqual(whole(value));
      held.set(key, read);
      memories += 1;
    }
  }
  return memories;
};

test('a memory that is written in little room and read again at any point changes nothing', () => {
  fc.assert(
    fc.property(
      world.chain((events) =>
        fc.record({
          events: fc.constant(events),
          points: fc.uniqueArray(fc.nat({ max: events.length - 1 }), { minLength: 1, maxLength: 4 }),
        }),
      ),
      ({ events, points }) => {
        const [plain, packed] = [open(), open()];
        let texts = 0;
        events.forEach((one, at) => {
          const expected = plain.take(one, { retrospective: false });
          expect(packed.take(one, { retrospective: false })).toEqual(expected);
          if (points.includes(at)) texts += reread(packed.tables);
        });
        expect(texts).toBeGreaterThan(0);
        const outlines = (evaluator: typeof plain) =>
          evaluator.detector.records().map(({ id, detection, lastAt, users, filtered }) => ({
            id,
            detection,
            lastAt,
            users,
            filtered,
          }));
        expect(outlines(packed)).toEqual(outlines(plain));
        expect(packed.detector.counters).toEqual(plain.detector.counters);
      },
    ),
    { numRuns: 25 },
  );
});

/** Months of one person, who moves house and now and then forgets the password. */
const life = (): DetectEvent[] =>
  Array.from({ length: 120 }, (_, n) =>
    event(n * 20 * HOUR, {
      type: n % 9 === 0 ? 'login-failed' : 'login',
      user: 'ann',
      ip: n < 60 ? '192.0.2.1' : '192.0.2.2',
      session: `s${String(n)}`,
      enrich: { ...(n < 60 ? PLACES.paris : PLACES.berlin), ...WINDOWS_FIREFOX },
    }),
  );

/** What was seen with people as earlier versions kept it: maps of objects. */
const asBefore = (value: unknown): unknown => {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, asBefore(one)]));
  if (Array.isArray(value)) return value.map(asBefore);
  if ('names' in value && 'figures' in value) return new Map(allSeen(value as unknown as Sights));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, asBefore(one)]));
};

test('a state that an earlier version saved goes on where it stood', () => {
  const events = life();
  const whole = createDetector();
  for (const one of events) whole.ingest(one);
  const before = createDetector();
  for (const one of events.slice(0, 90)) before.ingest(one);
  const { state, figures } = before.snapshot();
  const old = asBefore(structuredClone(before.state().users.held));
  const tables = state as Record<string, unknown>;
  const snapshot: Snapshot = { version: 1, state: { ...tables, users: encodeState(old) }, figures };
  expect(JSON.stringify(snapshot)).toContain('"lastId"');
  const after = createDetector({ snapshot: JSON.parse(JSON.stringify(snapshot)) as Snapshot });
  for (const one of events.slice(90)) after.ingest(one);
  expect(after.records()).toEqual(whole.records());
  expect(after.snapshot()).toEqual(whole.snapshot());
  expect(() => createDetector({ snapshot: { ...snapshot, version: 3 } })).toThrow(/Update the program/);
});

/** A person's memory as JSON lists: state, segments from the latest, events, floor, settled findings. */
const listed = (timeline: Timeline<UserState>): string => {
  const pass = createPass();
  thaw(timeline);
  const out = (records: Timeline<UserState>['settled']) =>
    records instanceof Map ? [...records.values()] : 0;
  const { floor } = timeline;
  return JSON.stringify([
    userPack.write(timeline.state, pass),
    timeline.segments
      .toReversed()
      .map(({ state, events, records }) => [
        state === null ? 0 : userPack.write(state as UserState, pass),
        events.length,
        out(records),
      ]),
    packEvents(timeline.segments.flatMap(({ events }) => events as PreparedEvent[])),
    floor === null ? 0 : [floor.id, floor.ts, floor.type],
    out(timeline.settled),
  ]);
};

test('a mirror with memories of an earlier version is read, and what is written then is smaller', () => {
  const { db } = testMirror(Date.parse('2026-03-01T00:00:00Z'));
  const detector = createDetector({ load: () => undefined });
  for (const one of life()) detector.ingest(one);
  const { users } = detector.state();
  const ann = users.held.get('ann');
  if (ann === undefined) throw new Error('nothing was learned');
  thaw(ann);
  const text = JSON.stringify(
    encodeState(
      asBefore({
        ...ann,
        segments: ann.segments.map((segment) => ({
          ...segment,
          events: packEvents(segment.events as PreparedEvent[]),
        })),
      }),
    ),
  );
  db.prepare(
    "INSERT INTO detector_entity (connection, kind, id, expires_at, body) VALUES (1, 'users', 'ann', NULL, ?)",
  ).run(text);
  const open = () =>
    createMemory(
      db,
      1,
      () => null,
      storedKeys(db, 1, () => undefined),
    );
  const memory = open();
  expect(whole(memory.load('users', 'ann'))).toEqual(ann);
  const writer = createMemoryWriter(db);
  for (const slice of memory.slices([users], null, () => 0)) writer.write(1, slice);
  const packed = db.prepare("SELECT packed FROM detector_entity WHERE id = 'ann'").pluck();
  expect((packed.get() as Buffer).length).toBeLessThan(text.length / 2);
  expect(whole(open().load('users', 'ann'))).toEqual(ann);
  // As the version between them wrote it: JSON without names.
  db.prepare("UPDATE detector_entity SET packed = NULL, body = ? WHERE id = 'ann'").run(listed(ann));
  expect(whole(open().load('users', 'ann'))).toEqual(ann);
  // What was written is read without asking the mirror, until it is gone from there.
  db.prepare('DELETE FROM detector_entity').run();
  expect(whole(memory.load('users', 'ann'))).toEqual(ann);
  memory.forgotten('users', 'ann');
  expect(memory.load('users', 'ann')).toBeUndefined();
  // What stays as an object is not kept packed as well.
  users.touch('ann');
  for (const slice of memory.slices([users], null, () => 1)) writer.write(1, slice);
  expect(whole(open().load('users', 'ann'))).toEqual(ann);
  db.prepare('DELETE FROM detector_entity').run();
  expect(memory.load('users', 'ann')).toBeUndefined();
});

test('bytes that were not used lately leave when there is no more room, and the others stay', () => {
  // One piece of 4 MB, and memories of 1,000 bytes.
  const cache = createPackedCache(() => 1);
  const bytes = Buffer.alloc(1_000);
  const setTo = (kind: string, id: string, value: number, length = 1_000): void => {
    bytes.fill(value);
    cache.set(kind, id, bytes, 0, length);
  };
  const get = (kind: string, id: string): string | undefined => {
    const found = cache.find(kind, id);
    if (found === undefined) return undefined;
    const own = found.bytes.subarray(found.start, found.end);
    return `${String(own.length)} of ${own.every((one) => one === own[0]) ? String(own[0]) : 'many'}`;
  };
  setTo('users', 'kept', 1);
  setTo('users', '日本', 2);
  setTo('addresses', 'kept', 3);
  for (let n = 0; n < 6_000; n += 1) {
    setTo('users', `u${String(n)}`, n % 250);
    expect(get('users', 'kept')).toBe('1000 of 1');
    expect(get('users', '日本')).toBe('1000 of 2');
    expect(get('addresses', 'kept')).toBe('1000 of 3');
    expect(get('users', `u${String(n)}`)).toBe(`1000 of ${String(n % 250)}`);
  }
  expect(get('users', 'u0')).toBeUndefined();
  expect(get('addresses', 'u5999')).toBeUndefined();
  expect(cache.size()).toBeLessThan(5_000_000);
  setTo('users', 'kept', 4, 10);
  expect(get('users', 'kept')).toBe('10 of 4');
  setTo('users', 'kept', 5);
  expect(get('users', 'kept')).toBe('1000 of 5');
  cache.delete('users', 'kept');
  expect(get('users', 'kept')).toBeUndefined();
  expect(get('addresses', 'kept')).toBe('1000 of 3');
});

test('a cache that may take less from now on gives pieces back, and finds what lies in the others', () => {
  let most = 40_000_000;
  const cache = createPackedCache(() => most);
  const bytes = Buffer.alloc(1_000);
  for (let n = 0; n < 30_000; n += 1) cache.set('users', `u${String(n)}`, bytes.fill(n % 250), 0, 1_000);
  const held = (): readonly number[] => {
    const found: number[] = [];
    for (let n = 0; n < 30_000; n += 1) {
      const place = cache.find('users', `u${String(n)}`);
      if (place === undefined) continue;
      expect(place.bytes[place.start]).toBe(n % 250);
      found.push(n);
    }
    return found;
  };
  expect(held()).toHaveLength(30_000);
  most = 10_000_000;
  cache.fit();
  expect(cache.size()).toBeLessThan(10_000_000);
  expect(held().length).toBeGreaterThan(7_000);
  expect(held().length).toBeLessThan(9_000);
  for (let n = 0; n < 20_000; n += 1) cache.set('users', `u${String(n)}`, bytes.fill(n % 250), 0, 1_000);
  expect(cache.size()).toBeLessThan(10_000_000);
  expect(held().length).toBeGreaterThan(5_000);
});

test('a cache gives what was set last, whatever is set, asked for and deleted', () => {
  const ids = fc.constantFrom(
    ...Array.from({ length: 30 }, (_, n) => `id${String(n)}`),
    'ключ',
    '__proto__',
    '',
  );
  const step = fc.record({ id: ids, length: fc.constantFrom(0, 5, 900, 70_000), deleted: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const cache = createPackedCache(() => 1);
      const model = new Map<string, string>();
      steps.forEach(({ id, length, deleted }, n) => {
        if (deleted && n % 3 === 0) {
          cache.delete('kind', id);
          model.delete(id);
        } else {
          const bytes = Buffer.alloc(length + 2, n % 256);
          cache.set('kind', id, bytes, 1, length + 1);
          model.set(id, bytes.toString('latin1', 1, length + 1));
        }
        for (const [key, value] of model) {
          const found = cache.find('kind', key);
          // It may have left, but it is never another's or an older one.
          if (found === undefined) model.delete(key);
          else expect(found.bytes.toString('latin1', found.start, found.end) === value, key).toBe(true);
        }
        if (!model.has(id)) expect(cache.find('kind', id)).toBeUndefined();
      });
    }),
    { numRuns: 20 },
  );
});

test('numbers and texts come back as they were put', () => {
  const number = fc.oneof(
    fc.maxSafeNat(),
    fc.nat(300),
    fc.integer(),
    fc.double({ noNaN: true }).map((value) => (value === 0 ? 0 : value)),
    fc.integer({ min: 1_772_000_000_000, max: 1_790_000_000_000 }),
    fc.constantFrom(239, 240, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 48 - 1, 2 ** 48, null),
  );
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom(null, '', 'é', '€'));
  fc.assert(
    fc.property(fc.array(fc.tuple(number, text, fc.nat(), fc.boolean())), (rows) => {
      const [writer, sink] = [new PackWriter(), new ByteSink()];
      // Twice with the same writer: nothing of the first is left.
      for (let twice = 0; twice < 2; twice += 1) {
        const start = sink.length;
        for (const [value, name, count, flag] of rows) {
          writer.number(value);
          writer.text(name);
          writer.uint(count);
          writer.flag(flag);
        }
        writer.end(sink);
        const reader = new PackReader(sink.bytes, start);
        for (const [value, name, count, flag] of rows) {
          expect(reader.number()).toBe(value);
          expect(reader.text()).toBe(name);
          expect(reader.uint()).toBe(count);
          expect(reader.flag()).toBe(flag);
        }
      }
    }),
    { numRuns: 50 },
  );
});
