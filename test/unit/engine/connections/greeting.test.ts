import { expect, test } from 'vitest';
import { cursorAt, does, drive, hello, sub, subscription } from './drive.ts';

const failed = (person: boolean, retryAfterMs: number | null = null) =>
  ({ type: 'failed', problem: { code: 'X', message: 'x' }, person, retryAfterMs }) as const;

test('starting connects and allows five seconds for the greeting', () => {
  const one = drive();
  const effects = one.send({ type: 'start' });
  expect(effects.map((effect) => effect.do)).toContain('connect');
  expect(effects).toContainEqual({ do: 'timer', name: 'handshake', ms: 5_000 });
  const late = one.send({ type: 'timer', name: 'handshake' });
  expect(one.machine.phase).toMatchObject({ is: 'waiting', problem: { code: 'HANDSHAKE_TIMEOUT' } });
  expect(does(late, 'disconnect')).toBe(true);
});

test('a position is gone on from when epoch, view and log allow it', () => {
  const one = drive(cursorAt(50));
  expect(subscription(one.greet())).toMatchObject({
    resume: { seq: 50 },
    want: ['sessions', 'accounts', 'audit'],
  });
});

test.each([
  ['nothing mirrored yet', null, hello()],
  ['another epoch', cursorAt(50), hello({ log: { epoch: 'e2' } })],
  ['the log was trimmed beyond it', cursorAt(50), hello({ log: { tail: 52 } })],
  ['the log is shorter: restored from a backup', cursorAt(50), hello({ log: { head: 49 } })],
  ['the scopes changed', cursorAt(50), hello({ scopes: ['sessions:read'] })],
])('a snapshot is asked for: %s', (_why, cursor, greeting) => {
  expect(subscription(drive(cursor).greet(greeting))).toMatchObject({ resume: null });
});

test('the edges of the log are still good to go on from', () => {
  expect(subscription(drive(cursorAt(50)).greet(hello({ log: { tail: 51 } })))).toMatchObject({
    resume: { seq: 50 },
  });
  expect(subscription(drive(cursorAt(50)).greet(hello({ log: { head: 50 } })))).toMatchObject({
    resume: { seq: 50 },
  });
});

test('refusals that a person must do something about are not retried', () => {
  const one = drive();
  one.send({ type: 'start' });
  const effects = one.send(failed(true));
  expect(one.phase).toBe('refused');
  expect(effects.some((effect) => effect.do === 'timer')).toBe(false);
  one.send({ type: 'timer', name: 'retry' });
  expect(one.phase).toBe('refused');
  one.send({ type: 'reconnect' });
  expect(one.phase).toBe('connecting');
});

test('other failures are retried with doubling waits up to a minute, halved by chance at most', () => {
  const one = drive();
  one.send({ type: 'start' });
  const waits = Array.from({ length: 8 }, () => {
    const wait = one.send(failed(false), 1).find((effect) => effect.do === 'timer');
    one.send({ type: 'timer', name: 'retry' });
    return wait?.do === 'timer' ? wait.ms : 0;
  });
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  const lucky = one.send(failed(false), 0).find((effect) => effect.do === 'timer');
  expect(lucky).toMatchObject({ ms: 30_000 });
});

test('an agent may ask for a wait, within an hour', () => {
  const one = drive();
  one.send({ type: 'start' });
  expect(one.send(failed(false, 7_000))).toContainEqual({ do: 'timer', name: 'retry', ms: 7_000 });
  one.send({ type: 'timer', name: 'retry' });
  expect(one.send(failed(false, 1e12))).toContainEqual({ do: 'timer', name: 'retry', ms: 3_600_000 });
});

test('another protocol version, no usable scope and another environment wait for a person', () => {
  const version = drive();
  version.greet(hello({ protocol: '2' }));
  expect(version.machine.phase).toMatchObject({ is: 'refused', problem: { code: 'PROTOCOL_UNSUPPORTED' } });
  const scopes = drive();
  scopes.greet(hello({ scopes: ['rules:read'] }));
  expect(scopes.machine.phase).toMatchObject({ is: 'refused', problem: { code: 'NO_SCOPES' } });
  const other = drive(null, 'intranet');
  other.greet(hello());
  expect(other.machine.phase).toMatchObject({ is: 'refused', problem: { code: 'ENVIRONMENT_CHANGED' } });
});

test('a goodbye is followed by another try, after the time that the agent gives', () => {
  const one = drive(cursorAt(100));
  one.resumed();
  const goodbye = { code: 'SHUTTING_DOWN', message: '', retryAfterMs: 3_000 as never };
  const effects = one.send({ type: 'goodbye', goodbye });
  expect(one.machine.phase).toMatchObject({ is: 'waiting', problem: { code: 'SHUTTING_DOWN' } });
  expect(effects).toContainEqual({ do: 'timer', name: 'retry', ms: 3_000 });
});

test('failures count anew only after a connection that worked for a while', () => {
  const one = drive(cursorAt(100));
  const closed = { type: 'closed', problem: { code: 'CLOSED', message: '' } } as const;
  one.resumed();
  one.send(closed);
  one.send({ type: 'timer', name: 'retry' });
  one.resumed();
  one.send(closed);
  expect(one.machine.attempt).toBe(2);
  one.send({ type: 'timer', name: 'retry' });
  one.resumed();
  one.later(31_000);
  one.send(closed);
  expect(one.machine.attempt).toBe(1);
});

test('an answer to a subscription that was given up changes nothing', () => {
  const one = drive(cursorAt(100));
  one.greet();
  const round = one.machine.round;
  one.send({ type: 'reconnect' });
  one.greet();
  one.send({ type: 'subscribed', round, subscription: sub('old'), mode: 'resume' });
  expect(one.phase).toBe('subscribing');
});
