import { expect, test } from 'vitest';
import { acks, batch, cursorAt, does, drive, hello, part, sub, subscription } from './drive.ts';

test('a batch is written first and acknowledged after its commit', () => {
  const one = drive(cursorAt(100));
  one.resumed();
  const { ack, effects } = one.changes(batch(101, 105));
  expect(acks(effects)).toEqual([]);
  expect(does(effects, 'write')).toBe(true);
  expect(acks(one.committed(105))).toEqual([{ do: 'ack', ack, answer: { ok: true, seq: 105 } }]);
});

test('a batch that is here already is acknowledged again and written no more', () => {
  const one = drive(cursorAt(100));
  one.resumed();
  one.changes(batch(101, 105));
  const inFlight = one.changes(batch(101, 105));
  expect(inFlight.effects).toEqual([]);
  expect(acks(one.committed(105)).map((effect) => effect.ack)).toContain(inFlight.ack);
  const late = one.changes(batch(101, 105));
  expect(late.effects).toEqual([{ do: 'ack', ack: late.ack, answer: { ok: true, seq: 105 } }]);
  const older = one.changes(batch(90, 100));
  expect(older.effects).toEqual([{ do: 'ack', ack: older.ack, answer: { ok: true, seq: 100 } }]);
});

test('a batch that overlaps is written from where the mirror stands', () => {
  const one = drive(cursorAt(100));
  one.resumed();
  const { effects } = one.changes(batch(95, 110));
  expect(effects.find((effect) => effect.do === 'write')).toMatchObject({ after: 100 });
});

test.each([
  ['a gap', batch(103, 105)],
  ['another epoch', batch(101, 105, 's1', 'e9')],
  ['a backward range', batch(101, 99)],
])('%s is INVALID, and the console subscribes again', (_what, envelope) => {
  const one = drive(cursorAt(100));
  one.resumed();
  const { ack, effects } = one.changes(envelope);
  expect(acks(effects)).toMatchObject([{ ack, answer: { ok: false, error: { code: 'INVALID' } } }]);
  expect(does(effects, 'write')).toBe(false);
  expect(subscription(effects)).toMatchObject({ resume: { seq: 100 } });
});

test('repeated faults are answered with growing pauses, and in the end with a snapshot', () => {
  const one = drive(cursorAt(100));
  one.resumed();
  one.changes(batch(150, 160));
  expect(one.phase).toBe('subscribing');
  const pauses: number[] = [];
  let asked = subscription([]);
  for (let fault = 2; fault <= 4; fault += 1) {
    one.send({
      type: 'subscribed',
      round: one.machine.round,
      subscription: sub(`s${String(fault)}`),
      mode: 'resume',
    });
    const { effects } = one.changes(batch(150, 160, `s${String(fault)}`));
    for (const effect of effects)
      if (effect.do === 'timer' && effect.name === 'pause') pauses.push(effect.ms);
    asked = subscription(one.send({ type: 'timer', name: 'pause' }));
    if (asked?.do === 'subscribe' && asked.resume === null) break;
  }
  expect(pauses).toEqual([500, 1_000]);
  expect(asked).toMatchObject({ resume: null });
});

test('a batch of a subscription that was replaced is refused without further consequence', () => {
  const one = drive(cursorAt(100));
  one.resumed();
  one.changes(batch(150, 160));
  one.send({ type: 'subscribed', round: one.machine.round, subscription: sub('s2'), mode: 'resume' });
  const before = one.machine;
  const late = one.changes(batch(101, 105, 's1'));
  expect(late.effects).toMatchObject([{ do: 'ack', answer: { ok: false } }]);
  expect(one.machine).toBe(before);
  expect(does(one.changes(batch(101, 105, 's2')).effects, 'write')).toBe(true);
});

test('more in flight than agreed ends the connection', () => {
  const one = drive(cursorAt(100));
  one.resumed(hello({ limits: { inFlight: 2 } }));
  one.changes(batch(101, 101));
  one.changes(batch(102, 102));
  one.changes(batch(103, 103));
  expect(one.machine.phase).toMatchObject({ is: 'waiting', problem: { code: 'FLOODING' } });
});

test('live means committed up to where the log stood', () => {
  const one = drive(cursorAt(90));
  one.resumed();
  one.changes(batch(91, 99));
  one.committed(99);
  expect(one.machine.phase).toMatchObject({ is: 'streaming', since: null });
  one.changes(batch(100, 100));
  one.committed(100);
  expect(one.machine.phase).toMatchObject({ is: 'streaming', since: 1_000_000 });
});

test('snapshot parts are acknowledged when they are kept; changes only come after the last', () => {
  const one = drive();
  one.snapshotting();
  const first = one.snapshot(part(0, false));
  expect(acks(first.effects)).toEqual([]);
  const early = one.changes(batch(101, 101));
  expect(acks(early.effects)).toMatchObject([{ answer: { ok: false, error: { code: 'INVALID' } } }]);
});

test('a whole snapshot: parts kept, applied, and the stream goes on behind it', () => {
  const one = drive();
  one.snapshotting();
  const parts = [one.snapshot(part(0, false)), one.snapshot(part(1, true))];
  const kept = (number: number) => one.send({ type: 'staged', round: one.machine.round, part: number });
  expect(acks(kept(0))).toEqual([{ do: 'ack', ack: parts[0]?.ack, answer: { ok: true, part: 0 } }]);
  const done = kept(1);
  expect(acks(done)).toEqual([{ do: 'ack', ack: parts[1]?.ack, answer: { ok: true, part: 1 } }]);
  expect(does(done, 'apply')).toBe(true);
  const next = one.changes(batch(101, 103));
  expect(does(next.effects, 'write')).toBe(true);
  expect(acks(next.effects)).toEqual([]);
  one.committed(100);
  expect(one.machine.phase).toMatchObject({ is: 'streaming', since: 1_000_000 });
  expect(acks(one.committed(103)).map((effect) => effect.ack)).toEqual([next.ack]);
});

test.each([
  ['a missing part', part(2, true)],
  ['another position', part(1, true, { asOf: 101 })],
  ['another epoch', part(1, true, { epoch: 'e2' })],
])('a snapshot with %s is INVALID and asked for again', (_what, second) => {
  const one = drive();
  one.snapshotting();
  one.snapshot(part(0, false));
  const { effects } = one.snapshot(second);
  expect(acks(effects)).toMatchObject([{ answer: { ok: false, error: { code: 'INVALID' } } }]);
  expect(subscription(effects)).toMatchObject({ resume: null });
});

test('a part that is here already is acknowledged again', () => {
  const one = drive();
  one.snapshotting();
  one.snapshot(part(0, false));
  one.send({ type: 'staged', round: one.machine.round, part: 0 });
  const again = one.snapshot(part(0, false));
  expect(again.effects).toEqual([{ do: 'ack', ack: again.ack, answer: { ok: true, part: 0 } }]);
});

test('while a snapshot is being applied nothing is subscribed to', () => {
  const one = drive();
  one.snapshotting();
  one.snapshot(part(0, true));
  one.send({ type: 'staged', round: one.machine.round, part: 0 });
  one.send({ type: 'closed', problem: { code: 'CLOSED', message: '' } });
  one.send({ type: 'timer', name: 'retry' });
  expect(subscription(one.greet())).toBeUndefined();
  expect(one.phase).toBe('pausing');
  one.committed(100);
  expect(subscription(one.send({ type: 'timer', name: 'pause' }))).toMatchObject({ resume: { seq: 100 } });
});
