import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { MINUTE } from '#shared/domain/units.ts';
import type { Change } from '#shared/protocol/changes.ts';
import { askHere, askThread } from '#engine/detections/evaluation/asker.ts';
import { startEvaluator } from '#engine/detections/evaluation/evaluator-thread.ts';
import { audited, fakeEvent, fakeSession, updated } from '#test/support/fake-agent/fake-records.ts';
import { NOW, WiredWorld } from '../unit/engine/detections/wired-world.ts';

// The thread as it was built.
const BUILT = join(import.meta.dirname, '../../out/main/evaluator.js');

const folder = mkdtempSync(join(tmpdir(), 'watchfloor-evaluator-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
/** The same, but that it ends when it has heard the nth request. */
const endsAt = (nth: number): string => {
  const file = join(folder, `ends-${String(nth)}.mjs`);
  writeFileSync(
    file,
    `import { workerData } from 'node:worker_threads';
     await import(${JSON.stringify(pathToFileURL(BUILT).href)});
     let heard = 0;
     workerData.port.on('message', () => { heard += 1; if (heard === ${String(nth)}) process.exit(0); });`,
  );
  return file;
};
const threaded = (...modules: readonly string[]): WiredWorld => {
  let started = 0;
  return new WiredWorld((file, log) =>
    askThread({
      start: () => {
        started += 1;
        return startEvaluator(modules[started - 1] ?? BUILT, file);
      },
      here: () => askHere(file),
      log,
    }),
  );
};

/** People who guess, travel and are seen in their sessions, in batches of `size`, eight of which may be under way. */
async function live(world: WiredWorld, size: number): Promise<WiredWorld> {
  const changes = Array.from({ length: 400 }, (_, n) => (position: number): Change => {
    const at = NOW + n * MINUTE;
    const user = `user${String(n % 7)}`;
    const ip = n % 3 === 0 ? '91.0.0.1' : '8.8.8.8';
    if (n % 2 === 0) {
      const outcome = n % 5 === 0 ? 'success' : 'failure';
      return audited(
        position,
        fakeEvent(`e${String(n)}`, { at, recordedAt: at, ip, account: { id: user, name: user }, outcome }),
      );
    }
    const sight = { at, ip, userAgent: null };
    return updated(
      position,
      fakeSession(`s${String(n % 14)}`, { account: { id: user, name: user }, opened: sight, last: sight }),
    );
  });
  let under: Promise<void>[] = [];
  for (let at = 0; at < changes.length; at += size) {
    under.push(world.stream(changes.slice(at, at + size)));
    if (under.length < 8) continue;
    await Promise.all(under);
    under = [];
  }
  await Promise.all(under);
  return world;
}
const faults = (world: WiredWorld): unknown => world.db.prepare('SELECT faults FROM detector').pluck().get();
const events = (world: WiredWorld): unknown => world.db.prepare('SELECT count(*) FROM audit').pluck().get();

test('a thread finds what is found without one, over a restart and a crash too', async () => {
  const here = await live(new WiredWorld(), 20);
  const there = await live(threaded(), 20);
  expect(here.findings().length).toBeGreaterThan(10);
  expect(there.findings()).toEqual(here.findings());
  expect(new Set(there.told)).toEqual(new Set(here.told));
  expect(there.errors).toEqual([]);
  there.crash();
  const later = (position: number): Change =>
    audited(
      position,
      fakeEvent('later', { at: NOW + 402 * MINUTE, recordedAt: NOW + 402 * MINUTE, ip: '91.0.0.1' }),
    );
  await there.stream([later]);
  await here.stream([later]);
  expect(there.findings()).toEqual(here.findings());
});

test('a thread that ends inside a transaction costs the batches it had, and nothing is told twice', async () => {
  // Of a transaction with eight batches it has answered some.
  const world = await live(threaded(endsAt(25), endsAt(40)), 10);
  expect(events(world)).toBe(200);
  expect(Number(faults(world))).toBeGreaterThan(0);
  expect(new Set(world.told).size).toBe(world.told.length);
  expect(world.findings().length).toBeGreaterThan(10);
  // What was evaluated is remembered as if nothing had happened: the next start works out the same.
  const [found, count] = [world.findings(), faults(world)];
  world.crash();
  await world.stream([
    (position) =>
      audited(
        position,
        fakeEvent('quiet', { at: NOW + 401 * MINUTE, recordedAt: NOW + 401 * MINUTE, action: 'logout' }),
      ),
  ]);
  expect(world.findings()).toEqual(found);
  expect(faults(world)).toBe(count);
});
