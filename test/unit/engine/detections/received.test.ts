import { expect, test } from 'vitest';
import { seq } from '#shared/domain/ids.ts';
import { epochMs, MINUTE } from '#shared/domain/units.ts';
import type { Change } from '#shared/protocol/changes.ts';
import type { EnrichedEvent } from '#engine/detect/event.ts';
import { askHere } from '#engine/detections/evaluation/asker.ts';
import type { Request } from '#engine/detections/evaluation/requests.ts';
import { loggedOf } from '#engine/detections/event-log.ts';
import {
  audited,
  changesToWrite,
  fakeAccount,
  fakeEvent,
  fakeSession,
  updated,
} from '#test/support/fake-agent/fake-records.ts';
import { NOW, WiredWorld } from './wired-world.ts';

// Batches are evaluated when they come, before the transaction that writes them.

type Made = (position: number) => Change;
const at = (n: number): number => NOW + n * 10 * MINUTE;
/** The nth sign-in of somebody who is on two continents by turns. */
const signIn =
  (n: number): Made =>
  (position) =>
    audited(
      position,
      fakeEvent(`e${String(n)}`, {
        at: at(n),
        recordedAt: at(n),
        ip: n % 2 === 0 ? '8.8.8.8' : '91.0.0.1',
        account: { id: 'anna', name: 'anna' },
      }),
    );
const guess =
  (id: string, name: string): Made =>
  (position) =>
    audited(
      position,
      fakeEvent(id, { at: at(3), recordedAt: at(3), outcome: 'failure', account: { name }, ip: '8.8.8.8' }),
    );
const travels = (world: WiredWorld): unknown =>
  world.db.prepare("SELECT count(*) FROM detection WHERE name = 'impossible_travel'").pluck().get();
/** What was handed to the detections, as the log has it. */
const logged = (world: WiredWorld): readonly EnrichedEvent[] =>
  world.db
    .prepare('SELECT events FROM detector_log ORDER BY seq')
    .pluck()
    .all()
    .flatMap((text) => loggedOf(String(text)).events);

test('a batch that came and is not written is evaluated as if it had not come, and found when it comes again', async () => {
  const world = new WiredWorld();
  await world.stream([signIn(0)]);
  // Wanted when it comes, and no more when its turn has come.
  let asked = 0;
  const batch = changesToWrite([signIn(1)(2)], 2);
  const dropped = await world.ingest.changes(world.who(), batch, () => (asked += 1) === 1);
  expect([dropped.is, asked]).toEqual(['dropped', 2]);
  expect([travels(world), logged(world).length, world.told]).toEqual([0, 1, []]);
  await world.stream([signIn(1)]);
  expect([travels(world), logged(world).length, world.told.length]).toEqual([1, 2, 1]);
  const found = world.findings();
  world.crash();
  await world.stream([(position) => audited(position, fakeEvent('out', { at: at(2), action: 'logout' }))]);
  expect(world.findings()).toEqual(found);
});

test('what a batch says of accounts holds for the batches that came with it', async () => {
  const world = new WiredWorld();
  const account = { id: '7', name: 'Bob' };
  await Promise.all([
    world.stream([(position) => updated(position, fakeSession('s1', { account }))]),
    world.stream([guess('g1', 'bob')]),
    world.stream([
      (position) => ({
        seq: seq(position),
        at: epochMs(at(2)),
        kind: 'account.upserted',
        account: fakeAccount('robot', { name: 'robot', service: true }),
      }),
    ]),
    world.stream([guess('g2', 'robot')]),
  ]);
  const events = logged(world);
  expect(events.find(({ id }) => id === 'g1')?.user).toBe('7');
  expect(events.find(({ id }) => id === 'g2')).toMatchObject({
    user: 'robot',
    attributes: { serviceAccount: true },
  });
});

test('an event that is here already is not evaluated again', async () => {
  const world = new WiredWorld();
  await world.stream([signIn(0)]);
  await world.stream([signIn(0), signIn(1)]);
  expect(logged(world).map(({ id }) => id)).toEqual(['e0', 'e1']);
});

/** So many events that they have a transaction of their own. */
const MANY = Array.from(
  { length: 5_000 },
  (_, n): Made =>
    (position) =>
      audited(position, fakeEvent(`a${String(n)}`, { at: at(0), action: 'activity' })),
);

test('when whoever evaluates ends, the batch at work is left out and what was posted ahead is evaluated', async () => {
  let loses = false;
  const world = new WiredWorld((file) => {
    let here = askHere(file);
    return {
      post: (request) => {
        here.post(request);
      },
      receive: (wait) => {
        if (!loses) return here.receive(wait);
        loses = false;
        here = askHere(file);
        return { is: 'lost', why: 'gone' };
      },
      close: () => here.close(),
    };
  });
  await world.stream([signIn(0)]);
  loses = true;
  await Promise.all([world.stream([...MANY, signIn(2)]), world.stream([signIn(3)])]);
  expect(logged(world).map(({ id }) => id)).toEqual(['e0', 'e3']);
  expect(world.db.prepare('SELECT faults FROM detector').pluck().get()).toBe(1);
  // What was answered is remembered.
  expect(travels(world)).toBe(1);
});

test('what is remembered is saved after a transaction that nothing is ahead of', async () => {
  const asked: string[] = [];
  const world = new WiredWorld((file) => {
    const here = askHere(file);
    return {
      ...here,
      post: (request: Request) => {
        asked.push(request.is);
        here.post(request);
      },
      receive: (wait) => {
        const answer = here.receive(wait);
        // As if a great deal had come together.
        return answer?.is === 'worked'
          ? { ...answer, stand: { ...answer.stand, logged: 1_000_000 } }
          : answer;
      },
    };
  });
  await world.stream([signIn(2)]);
  asked.length = 0;
  await Promise.all([world.stream([...MANY, signIn(3)]), world.stream([signIn(4)])]);
  expect(asked.filter((is) => is !== 'recall')).toEqual(['take', 'take', 'committed', 'settle', 'committed']);
  expect(world.errors).toEqual([]);
  expect(travels(world)).toBe(1);
});
