import { expect, test } from 'vitest';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { whatIsRead } from '#renderer/store/what-is-read.ts';

const problem = { code: 'UNREACHABLE', message: 'away', advice: 'wait' } as const;
const shop = {
  connection: 'c1' as ConnectionId,
  asOf: epochMs(5),
  state: { is: 'live', since: epochMs(5) } as const,
};
const refused = { connection: 'c2' as ConnectionId, asOf: null, state: { is: 'refused', problem } as const };
const none = { agents: [] };
const read = (
  environments: Parameters<typeof whatIsRead>[0],
  among: readonly string[] = [],
  demo: Parameters<typeof whatIsRead>[1] = none,
) => whatIsRead(environments, demo, among);

test('an empty answer means something only where something was read', () => {
  expect(read(null)).toBe('unknown');
  expect(read([])).toBe('no-environment');
  expect(read([refused])).toBe('nothing-yet');
  expect(read([shop, refused])).toBe('something');
});

test('of the environments that are asked for, not of the others', () => {
  expect(read([shop, refused], ['c2'])).toBe('nothing-yet');
  expect(read([shop, refused], ['c1'])).toBe('something');
  expect(read([shop], ['one that was removed'])).toBe('something');
});

test('what begins only now is not called missing', () => {
  const agents = [{ name: 'shop', running: false, starting: true }];
  expect(read([], [], { agents })).toBe('demo-starting');
  expect(read([], [], { agents: [{ name: 'shop', running: true, starting: false }] })).toBe('no-environment');
  const first = { ...refused, state: { is: 'connecting', attempt: 1 } as const };
  expect(read([first])).toBe('first-reading');
  expect(read([{ ...first, state: { is: 'syncing', received: 5, expected: null } }])).toBe('first-reading');
  // From the second try on something is in the way, and Environments says what.
  expect(read([{ ...first, state: { is: 'connecting', attempt: 2 } }])).toBe('nothing-yet');
  expect(read([refused, first])).toBe('first-reading');
});
