import { expect, test } from 'vitest';
import { DAY, epochMs, MINUTE } from '#shared/domain/units.ts';
import { Rule } from '#shared/protocol/rules.ts';
import { simulateHistory } from '#engine/rules/simulate-history.ts';
import { ask } from '#test/support/ask.ts';
import { fakeAccount, fakeSession, opened } from '#test/support/fake-agent/fake-records.ts';
import { ingestWorld } from '../ingest/world.ts';

const NOW = epochMs(100 * DAY);
const rule = Rule.parse({
  id: 'abroad',
  name: 'Not abroad',
  mode: 'enforce',
  kind: 'place',
  deny: ['US'],
  unknown: 'allow',
  appliesTo: { roles: ['editor'] },
  brake: { perMinute: 100, percent: 100 },
});
const seen = { at: NOW - DAY, ip: '8.8.8.8', userAgent: null };

/** How many sessions the rule would have ended, when the account became an editor so much after now. */
async function endedWhenEditor(after: number): Promise<number> {
  const world = ingestWorld();
  const account = { id: 'cleo', name: 'cleo' };
  const became = (roles: readonly string[], at: number) => ({
    kind: 'account.upserted',
    at,
    account: fakeAccount('cleo', { name: 'cleo', roles }),
  });
  await world.write([
    { ...became(['guest'], NOW - DAY), seq: 1 },
    { ...opened(2, fakeSession('c1', { account, opened: seen, last: seen })), at: NOW - DAY },
    { ...became(['editor'], NOW + after), seq: 3 },
  ]);
  return ask(simulateHistory(world.db, { connection: world.who.id, rule, days: 7 }, NOW)).ended;
}

test('a change that is there has happened, also where the agent’s time was guessed too early', async () => {
  expect(await endedWhenEditor(-1)).toBe(1);
  expect(await endedWhenEditor(0)).toBe(1);
  expect(await endedWhenEditor(1)).toBe(1);
  expect(await endedWhenEditor(MINUTE)).toBe(1);
});

test('what a clock that was wrong noted for later is not the present', async () => {
  expect(await endedWhenEditor(MINUTE + 1)).toBe(0);
});
