import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MINUTE } from '#shared/domain/units.ts';
import type { Change } from '#shared/protocol/changes.ts';
import { askHere, askThread, type Asker } from '#engine/detections/evaluation/asker.ts';
import { startEvaluator } from '#engine/detections/evaluation/evaluator-thread.ts';
import { audited, fakeEvent } from '#test/support/fake-agent/fake-records.ts';
import { NOW, WiredWorld } from './wired-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'watchfloor-evaluation-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
/** A program for the thread. */
const program = (text: string): string => {
  const file = join(folder, `${String(text.length)}.mjs`);
  writeFileSync(file, text);
  return file;
};

/** The nth of twenty sign-ins, by turns from two continents. */
const signIn =
  (n: number) =>
  (position: number): Change =>
    audited(
      position,
      fakeEvent(`e${String(n)}`, {
        at: NOW + n * 10 * MINUTE,
        recordedAt: NOW + n * 10 * MINUTE,
        ip: n % 2 === 0 ? '8.8.8.8' : '91.0.0.1',
        account: { id: 'anna', name: 'anna' },
      }),
    );
const faults = (world: WiredWorld): unknown => world.db.prepare('SELECT faults FROM detector').pluck().get();
const events = (world: WiredWorld): unknown => world.db.prepare('SELECT count(*) FROM audit').pluck().get();
const travels = (world: WiredWorld): unknown =>
  world.db.prepare("SELECT count(*) FROM detection WHERE name = 'impossible_travel'").pluck().get();

test('memory that cannot be read is forgotten and counted as a fault, and the next batch is evaluated', async () => {
  const world = new WiredWorld((file) => askHere(file));
  await world.stream([signIn(0), signIn(1)]);
  expect(travels(world)).toBe(1);
  world.crash();
  world.db.prepare("UPDATE detector_log SET events = '{'").run();
  await world.stream([signIn(2)]);
  expect([faults(world), events(world)]).toEqual([1, 3]);
  await world.stream([signIn(3), signIn(4)]);
  expect([faults(world), travels(world)]).toEqual([1, 2]);
});

test('a memory of one person that cannot be read costs the batches about them, and is otherwise left alone', async () => {
  const world = new WiredWorld((file) => askHere(file));
  await world.stream([signIn(0), signIn(1)]);
  world.restart();
  const broken = world.db.prepare("UPDATE detector_entity SET packed = x'07' WHERE kind = 'users'").run();
  expect(broken.changes).toBe(1);
  await world.stream([signIn(2)]);
  expect([faults(world), events(world)]).toEqual([1, 3]);
  expect(world.db.prepare("SELECT count(*) FROM detector_entity WHERE kind = 'users'").pluck().get()).toBe(1);
  expect(world.db.prepare('SELECT count(*) FROM detector_log').pluck().get()).toBe(0);
});

test('what came of a batch and cannot be written is left out and counted; the batches beside it are not', async () => {
  const world = new WiredWorld((file) => askHere(file));
  let broken = true;
  world.telling = (ids) => {
    if (broken && ids.length > 0) throw new Error('nobody can be told');
  };
  await Promise.all([world.stream([signIn(0)]), world.stream([signIn(1)]), world.stream([signIn(2)])]);
  expect(events(world)).toBe(3);
  expect(Number(faults(world))).toBeGreaterThan(0);
  expect(world.told).toEqual([]);
  broken = false;
  const before = faults(world);
  await world.stream([signIn(3), signIn(4)]);
  expect([faults(world), events(world)]).toEqual([before, 5]);
  expect(world.told.length).toBeGreaterThan(0);
});

test('a save that fails on its way is taken back whole, and so is one that loses its thread', async () => {
  for (const ends of ['fault', 'lost'] as const) {
    const world = new WiredWorld((file) => {
      const here = askHere(file);
      const said: ReturnType<Asker['receive']>[] = [];
      return {
        ...here,
        post: (request) => {
          if (request.is !== 'settle') {
            here.post(request);
            return;
          }
          const { number } = request;
          const slice = { kind: 'users', removed: [], parts: [], partsLeft: [], bytes: new Uint8Array(0) };
          said.push({ number, is: 'slice', slice: { ...slice, written: [['half', null, '{}']] } });
          said.push(
            ends === 'lost'
              ? { is: 'lost', why: 'gone' }
              : { number, is: 'fault', message: 'broken', code: null, unreadable: false },
          );
        },
        receive: (wait) => said.shift() ?? here.receive(wait),
      };
    });
    await world.stream([signIn(0), signIn(1)]);
    expect(events(world)).toBe(2);
    expect(travels(world)).toBe(1);
    expect(world.db.prepare("SELECT count(*) FROM detector_entity WHERE id = 'half'").pluck().get()).toBe(0);
    expect(world.db.prepare('SELECT count(*) FROM detector_log').pluck().get()).toBe(1);
  }
});

test.each([
  ['stands still', 'setInterval(() => {}, 1000);'],
  ['ends', 'process.exit(0);'],
  ['cannot be loaded', "import 'nothing-of-that-name';"],
])(
  'ingest goes on when the thread %s; what it did not answer is left out and counted, and after the third it is done here',
  async (_what, text) => {
    const module = program(text);
    const world = new WiredWorld((file, log) =>
      askThread({ start: () => startEvaluator(module, file, 1_000), here: () => askHere(file), log }),
    );
    for (let n = 0; n < 3; n += 1) await world.stream([signIn(n)]);
    expect(events(world)).toBe(3);
    for (let n = 3; n < 6; n += 1) await world.stream([signIn(n)]);
    expect(events(world)).toBe(6);
    expect(Number(faults(world))).toBeGreaterThanOrEqual(3);
    expect(Number(travels(world))).toBeGreaterThanOrEqual(1);
    expect(world.errors).toContain('detections are evaluated in the engine’s own thread from now on');
  },
);
