import { expect, test } from 'vitest';
import type { DetectionRecord } from '#shared/domain/detection.ts';
import { createDetector } from '#engine/detect/detector.ts';
import type { EnrichedEvent } from '#engine/detect/event.ts';
import { tablesOf } from '#engine/detect/snapshot.ts';
import { thaw, type Timeline } from '#engine/detect/timeline.ts';
import { createMemory } from '#engine/detections/memory.ts';
import { storedKeys } from '#engine/detections/stored-keys.ts';
import { createMemoryWriter } from '#engine/detections/memory-writer.ts';
import { testMirror } from '#test/support/test-mirror.ts';

const START = Date.parse('2026-03-02T08:00:00Z');
const HOUR = 3_600_000;

/** What is remembered after some weeks of two people, one of whom moved house, and of guesses at their passwords. */
function lived(load: (kind: string, key: string) => unknown) {
  const detector = createDetector({ load });
  for (let n = 0; n < 400; n += 1) {
    const user = n % 3 === 0 ? 'ann' : '__proto__';
    const country = n < 200 ? 'FR' : 'DE';
    detector.ingest({
      id: `e${String(n)}`,
      ts: START + n * 2 * HOUR,
      type: n % 7 === 0 ? 'login-failed' : n % 2 === 0 ? 'login' : 'session-updated',
      user,
      ip: country === 'FR' ? '198.51.100.7' : '203.0.113.9',
      session: `s${String(n % 5)}`,
      reason: n % 7 === 0 ? 'bad-password' : null,
      attributes: { expiresAt: START + n * 3 * HOUR, '\u0000same': 'x', a: 'b', c: 'd' },
      enrich: { country, lat: country === 'FR' ? 48.9 : 52.5, lon: 2.4, os: { name: 'Windows' } },
    });
  }
  return detector;
}

const isTimeline = (value: unknown): value is Timeline<unknown> =>
  typeof value === 'object' && value !== null && 'segments' in value;
/** With every part as objects. */
const whole = (value: unknown): unknown => {
  if (isTimeline(value)) thaw(value);
  return value;
};

/** Of findings about a person that were silenced only the outline is kept: whoever stores findings has the rest. */
const told = (value: unknown): unknown =>
  value instanceof Map
    ? new Map(
        [...(value as Map<string, unknown>)].map(([producer, one]) => {
          const silenced = typeof one === 'object' && one !== null && 'filtered' in one && 'evidence' in one;
          return [
            producer,
            silenced && producer.startsWith('user:') ? { ...one, evidence: 0, events: 0 } : one,
          ];
        }),
      )
    : value;

test('memories come back as they were saved, and so do those that were saved whole', () => {
  const { db } = testMirror(START);
  const detector = lived(() => undefined);
  const tables = tablesOf(detector.state());
  const before = new Map(tables.map(({ kind, held }) => [kind, new Map(held)]));
  const writer = createMemoryWriter(db);
  for (const slice of createMemory(db, 1, () => null, null).slices(tables, null, () => 0))
    writer.write(1, slice);
  const expectSame = (): void => {
    const { load } = createMemory(
      db,
      1,
      () => null,
      storedKeys(db, 1, () => undefined),
    );
    for (const [kind, held] of before)
      for (const [key, value] of held)
        expect(told(whole(load(kind, key))), `${kind} ${key}`).toEqual(told(value));
  };
  expectSame();
  const keys = storedKeys(db, 1, () => undefined);
  expect(keys.mayHave('users', 'ann')).toBe(true);
  const strangers = Array.from({ length: 100 }, (_, n) => keys.mayHave('users', `stranger${String(n)}`));
  expect(strangers.filter((may) => !may).length).toBeGreaterThan(90);

  const asText = (value: unknown): string =>
    JSON.stringify(value, (_name, one: unknown) => (one instanceof Map ? { '\u0000map': [...one] } : one));
  const rewrite = db.prepare('UPDATE detector_entity SET packed = NULL, body = ? WHERE kind = ? AND id = ?');
  let bytes = 0;
  for (const [kind, held] of before)
    for (const [key, value] of held) {
      const size = db.prepare('SELECT length(packed) FROM detector_entity WHERE kind = ? AND id = ?').pluck();
      if (kind === 'users') bytes += Number(size.get(kind, key));
      expect(rewrite.run(asText(value), kind, key).changes).toBe(1);
    }
  expectSame();
  const users = db.prepare("SELECT sum(length(body)) FROM detector_entity WHERE kind = 'users'").pluck();
  expect(bytes).toBeLessThan(Number(users.get()));
});

/** Sign-ins of a morning, one a second, and a spray from many addresses, of which one failure in five comes late. */
function* morning(): Generator<EnrichedEvent> {
  const late: EnrichedEvent[] = [];
  for (let n = 0; n < 2_800; n += 1) {
    const ts = START + n * 1_000;
    const failed = n > 1_200 && n < 1_600 && n % 8 === 0;
    const person = `person${String((n * 7) % 400)}`;
    const event: EnrichedEvent = {
      id: `m${String(n)}`,
      ts,
      receivedAt: ts,
      type: failed ? 'login-failed' : 'login',
      user: person,
      ip: failed ? `203.0.113.${String(n % 31)}` : `198.51.100.${String(n % 200)}`,
      reason: failed ? 'bad-password' : null,
      enrich: { country: 'FR', lat: 48.9, lon: 2.4, asn: 64_500, network: 'residential' },
    };
    if (failed && n % 80 === 0) late.push({ ...event, receivedAt: ts + 900_000 });
    else yield event;
    if (late.length > 0 && n % 900 === 0) yield* late.splice(0);
  }
  yield* late;
}

test('a long memory finds the same when it was saved in between, and a save writes what is new of it', () => {
  const { db } = testMirror(START);
  const writer = createMemoryWriter(db);
  const memory = createMemory(
    db,
    1,
    () => null,
    storedKeys(db, 1, () => undefined),
  );
  const [saved, held] = [createDetector({ load: memory.load }), createDetector()];
  const tables = tablesOf(saved.state());
  const parts: number[] = [];
  const save = (): void => {
    let written = 0;
    // All of it leaves the heap, some of it, or nothing.
    const most = [0, 20, Infinity][parts.length % 3] ?? 0;
    for (const slice of memory.slices(tables, saved.state().watermark, () => most)) {
      writer.write(1, slice);
      if (slice.kind === 'environments') written += slice.parts.length;
    }
    parts.push(written);
    for (const table of tables) table.clean(most);
  };
  const found = [new Map<string, DetectionRecord>(), new Map<string, DetectionRecord>()] as const;
  let taken = 0;
  for (const event of morning()) {
    for (const [which, detector] of [saved, held].entries())
      for (const delta of detector.ingest(event))
        if (delta.kind === 'upsert') found[which]?.set(delta.record.id, delta.record);
        else found[which]?.delete(delta.id);
    taken += 1;
    if (taken % 400 === 0) save();
  }
  expect([...found[1].values()].map(({ detection }) => detection)).toContain('password_spray_distributed');
  expect(found[0]).toEqual(found[1]);
  expect(
    db.prepare("SELECT count(*) FROM detector_part WHERE kind = 'environments'").pluck().get(),
  ).toBeLessThan(4);
  expect(Math.max(...parts.slice(1))).toBeLessThan(4);
});
