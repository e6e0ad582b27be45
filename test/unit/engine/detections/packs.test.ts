import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeState } from '#engine/detect/codec.ts';
import { createDetector } from '#engine/detect/detector.ts';
import { packEvents } from '#engine/detect/event-pack.ts';
import type { DetectEvent } from '#engine/detect/event.ts';
import type { Snapshot } from '#engine/detect/snapshot.ts';
import { allSeen, type Sights } from '#engine/detect/sights.ts';
import type { Table } from '#engine/detect/table.ts';
import { parseSettings } from '#engine/detect/settings.ts';
import { createEvaluator } from '#engine/detections/evaluator.ts';
import { createMemory } from '#engine/detections/memory.ts';
import { createMemoryWriter } from '#engine/detections/memory-writer.ts';
import { packOf } from '#engine/detections/packs.ts';
import { createRecentTexts } from '#engine/detections/recent-texts.ts';
import { storedKeys } from '#engine/detections/stored-keys.ts';
import { openMirror } from '#engine/mirror/open.ts';
import { epochMs } from '#shared/domain/units.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { event, HOUR, PLACES, WINDOWS_FIREFOX } from '../../detect/support.ts';
import { eager, world } from '../../detect/world.ts';

const settings = parseSettings(eager);
const open = () => createEvaluator({ settings, environment: 'shop', load: () => undefined });

/** Everything that is packed is written as text and read again. */
const reread = (tables: readonly Table<unknown>[]): number => {
  let texts = 0;
  for (const { kind, held } of tables) {
    const pack = packOf(kind);
    if (pack === undefined) continue;
    for (const [key, value] of held) {
      const read = pack.read(JSON.parse(JSON.stringify(pack.write(value))));
      if (kind !== 'records') expect(read, `${kind} ${key}`).toEqual(value);
      held.set(key, read);
      texts += 1;
    }
  }
  return texts;
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

test('a mirror with memories of an earlier version is read, and what is written then is smaller', () => {
  const profile = mkdtempSync(join(tmpdir(), 'watchfloor-packs-'));
  const opened = openMirror(profile, epochMs(Date.parse('2026-03-01T00:00:00Z')));
  if (opened.is !== 'open') throw new Error(opened.is);
  const { db } = opened;
  const detector = createDetector({ load: () => undefined });
  for (const one of life()) detector.ingest(one);
  const { users } = detector.state();
  const ann = users.held.get('ann');
  if (ann === undefined) throw new Error('nothing was learned');
  const text = JSON.stringify(
    encodeState(
      asBefore({
        ...ann,
        segments: ann.segments.map((segment) => ({ ...segment, events: packEvents(segment.events) })),
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
  expect(memory.load('users', 'ann')).toEqual(ann);
  const writer = createMemoryWriter(db);
  for (const slice of memory.slices([users], null)) writer.write(1, slice);
  const body = String(db.prepare("SELECT body FROM detector_entity WHERE id = 'ann'").pluck().get());
  expect(body.length).toBeLessThan(text.length / 2);
  expect(open().load('users', 'ann')).toEqual(ann);
  // What was written is read without asking the mirror, until it is gone from there.
  db.prepare('DELETE FROM detector_entity').run();
  expect(memory.load('users', 'ann')).toEqual(ann);
  memory.forgotten('users', 'ann');
  expect(memory.load('users', 'ann')).toBeUndefined();
  db.close();
  rmSync(profile, { recursive: true, force: true });
});

test('texts that were not used lately leave, and the others stay', () => {
  const texts = createRecentTexts(4_000);
  texts.set('users', 'kept', 'x'.repeat(100));
  for (let n = 0; n < 200; n += 1) {
    texts.set('users', `u${String(n)}`, 'y'.repeat(100));
    expect(texts.get('users', 'kept')).toBe('x'.repeat(100));
  }
  expect(texts.get('users', 'u0')).toBeUndefined();
  expect(texts.get('users', 'u199')).toBe('y'.repeat(100));
  texts.set('users', 'kept', 'other');
  expect(texts.get('users', 'kept')).toBe('other');
  texts.delete('users', 'kept');
  expect(texts.get('users', 'kept')).toBeUndefined();
});
