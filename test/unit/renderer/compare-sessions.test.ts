import { expect, test } from 'vitest';
import { AccountId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import { maskAddress } from '#shared/domain/mask-address.ts';
import { compareSessions, type CompareWords } from '#renderer/session-panel/compare-sessions.ts';
import { sessionRow } from '#test/support/session-row.ts';

const session = (over: Partial<SessionRow> = {}): SessionRow =>
  sessionRow({
    account: { id: AccountId.parse('a'), name: 'ann' },
    roles: ['staff'],
    openedAt: epochMs(0),
    lastSeenAt: epochMs(60_000),
    ip: '192.0.2.1',
    userAgent: 'Mozilla/5.0',
    ...over,
  });
const words = (masked = false): CompareWords => ({
  environment: () => 'shop',
  address: (ip) => (masked ? maskAddress(ip) : ip),
  masked,
  zone: 'utc',
});
const compared = (one: SessionRow, other: SessionRow, masked = false) =>
  Object.fromEntries(
    compareSessions(one, other, words(masked)).map(({ what, pinned, open, differs }) => [
      what,
      [pinned, open, differs],
    ]),
  );

test('two sessions are told apart by what is known of both; times differ always and say nothing by that', () => {
  const facts = compared(
    session(),
    session({ ip: '192.0.2.9', lastSeenAt: epochMs(120_000), userAgent: null, roles: [] }),
  );
  expect(facts['Person']).toEqual(['ann', 'ann', false]);
  expect(facts['Address']).toEqual(['192.0.2.1', '192.0.2.9', true]);
  expect(facts['User agent']).toEqual(['Mozilla/5.0', null, false]);
  expect(facts['Roles']).toEqual(['staff', null, false]);
  expect(facts['Last seen']?.[2]).toBe(false);
  // Known of neither.
  expect(facts).not.toHaveProperty('Place');
  expect(facts).not.toHaveProperty('Ended');
});

test('masked addresses stay masked, and raw agents are left out with them', () => {
  const facts = compared(session(), session({ ip: '192.0.3.9' }), true);
  expect(JSON.stringify(facts)).not.toMatch(/192\.0\.\d\.\d|Mozilla/);
});
