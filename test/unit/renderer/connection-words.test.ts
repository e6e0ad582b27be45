import { expect, test } from 'vitest';
import type { ConnectionState, EnvironmentView } from '#shared/ipc/views.ts';
import type { Status } from '#shared/protocol/handshake.ts';
import { connectionWords, liveWords } from '#renderer/format/connection-words.ts';

const NOW = 1_000_000_000;
const problem = { code: 'X', message: 'The agent does not answer.', advice: 'See whether it runs.' };
const at = (ms: number) => ms as EnvironmentView['asOf'] & number;

function words(state: ConnectionState, status: Partial<Status> | null = null, asOf: number | null = NOW) {
  const environment = { state, status, asOf } as unknown as EnvironmentView;
  return connectionWords(environment, NOW);
}

test('live says how far behind', () => {
  expect(words({ is: 'live', since: at(0) }, { store: 'up', lagMs: 400 } as Partial<Status>)).toMatchObject({
    tone: 'good',
    short: '0.4 s',
  });
});

test('a lost agent says since when, what is kept and when it is tried again', () => {
  const lost = words({ is: 'waiting', retryAt: at(NOW + 12_000), attempt: 3, problem }, null, NOW - 130_000);
  expect(lost).toMatchObject({ tone: 'late', short: 'last read 2 min ago' });
  expect(lost.sentence).toContain('as of 2 min ago; it is kept');
  expect(lost.advice).toBe('See whether it runs. Tries again in 12 s.');
});

test('a refusal waits for the person and says so', () => {
  const refused = words({ is: 'refused', problem: { code: 'X', message: 'Wrong token.' } }, null, null);
  expect(refused).toMatchObject({ tone: 'bad', short: 'needs you' });
  expect(refused.sentence).toBe('Wrong token. Nothing has been mirrored from it yet.');
  expect(refused.advice).not.toBeNull();
});

test('an agent whose store is down is not called live', () => {
  const down = words(
    { is: 'live', since: at(0) },
    { store: 'down', error: 'connection refused', lagMs: null },
  );
  expect(down).toMatchObject({ tone: 'bad', short: 'store down' });
  expect(down.sentence).toContain('connection refused');
});

test('catching up shows counts, with a total only when there is one', () => {
  expect(words({ is: 'syncing', received: 1_200, expected: 4_000 }).sentence).toContain('1,200 of 4,000');
  expect(words({ is: 'syncing', received: 1_200, expected: null }).sentence).toBe(
    'Catching up: 1,200 records.',
  );
});

test('one agent that is gone does not hide behind those that answer', () => {
  expect(liveWords(false, 3, 3)).toBe('Live');
  expect(liveWords(false, 2, 3)).toBe('2 of 3 live');
  expect(liveWords(false, 0, 3)).toBe('Not live');
  expect(liveWords(true, 3, 3)).toBe('Past shown');
});
