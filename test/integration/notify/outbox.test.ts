import { expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import type { Message } from '#engine/notify/finding.ts';
import type { Send } from '#engine/notify/send.ts';
import { benches, CHANNEL, item } from './support.ts';

const open = benches();
const config = { name: 'hook', target: { kind: 'webhook' as const, url: 'http://127.0.0.1:9/' } };

/** A receiver under the test's control: every message waits until it is let through. */
function gate() {
  const taken: Message[] = [];
  let pass = false;
  const send: Send = async (_target, _secret, message, _now, signal) => {
    taken.push(message);
    while (!pass) {
      if (signal.aborted) throw new Error('stopped');
      await new Promise((resume) => setTimeout(resume, 2));
    }
    return null;
  };
  return { taken, send, open: () => (pass = true) };
}
const ids = (messages: readonly Message[]) =>
  messages.map(({ items }) => items.map(({ finding }) => finding.record.id).join('+'));

test('what waits survives a restart; what was under way is sent once more, and given up visibly after the second time', async () => {
  const profile = open.folder();
  const sends: Message[] = [];
  for (let run = 0; run < 2; run += 1) {
    const { taken, send } = gate();
    const bench = open.open(profile, { config, send });
    if (run === 0) bench.tell(item('a'), item('b'));
    await bench.until('under way', () => taken.length === 1);
    sends.push(...taken);
    await bench.close();
  }
  expect(ids(sends)).toEqual(['a', 'a']);
  expect(sends[0]!.id).toBe(sends[1]!.id);
  const last = gate();
  last.open();
  const bench = open.open(profile, { config, send: last.send });
  await bench.until('the rest', () => bench.states().join() === 'failed,sent');
  expect(ids(last.taken)).toEqual(['b']);
  const told = open.open(profile, { config, send: last.send });
  told.tell(item('a'), item('b'));
  await told.until('idle', () => told.states().length === 2);
  expect(ids(last.taken)).toEqual(['b']);
});

test('a rolled back transaction tells nobody', async () => {
  const { taken, send } = gate();
  const bench = open.open(open.folder(), { config, send });
  bench.db.exec('BEGIN');
  bench.notifier.tell([item('a')]);
  bench.db.exec('ROLLBACK');
  bench.notifier.kick();
  bench.tell(item('b'));
  await bench.until('one', () => taken.length === 1);
  expect(ids(taken)).toEqual(['b']);
});

test('a flood is ten messages and one digest that counts everything, and comes in time', async () => {
  let now = Date.parse('2026-03-01T12:00:00Z');
  const { taken, send, open: let_ } = gate();
  let_();
  const bench = open.open(open.folder(), { config, send, clock: () => epochMs(now) });
  for (let index = 0; index < 700; index += 1) bench.tell(item(String(index)));
  await bench.until(
    'ten',
    () => bench.states().length === 10 && bench.states().every((state) => state === 'sent'),
  );
  expect(bench.notifier.channels()[0]!.waiting).toBe(690);
  now += 15 * 60_000 - 1;
  bench.notifier.kick();
  await new Promise((resume) => setTimeout(resume, 30));
  const before = taken.filter(({ shape }) => shape === 'digest').length;
  now += 1;
  bench.notifier.kick();
  await bench.until('nothing waits', () => bench.notifier.channels()[0]!.waiting === 0);
  const digests = taken.filter(({ shape }) => shape === 'digest');
  expect(before).toBe(0);
  expect(digests).toHaveLength(1);
  expect(taken.length - 1 + digests[0]!.total).toBe(700);
  expect(digests[0]!.items).toHaveLength(500);
});

test('after a day without success a message is given up, the failure stays and the next one is tried', async () => {
  let now = Date.parse('2026-03-01T12:00:00Z');
  let works = false;
  const send: Send = () => (works ? Promise.resolve(null) : Promise.reject(new Error('connection refused')));
  const bench = open.open(open.folder(), { config, send, clock: () => epochMs(now), retryMs: [3_600_000] });
  bench.tell(item('a'));
  await bench.until('tried', () => bench.notifier.problems().length === 1);
  now += 24 * 3_600_000;
  bench.notifier.kick();
  await bench.until('given up', () => bench.states().join() === 'failed');
  expect(bench.notifier.channels()[0]!.failing).toMatchObject({ problem: 'connection refused' });
  works = true;
  bench.tell(item('b'));
  await bench.until('next', () => bench.states().join() === 'failed,sent');
  expect(bench.notifier.problems()).toEqual([]);
  expect(bench.notifier.channels()[0]!.id).toBe(CHANNEL);
});
