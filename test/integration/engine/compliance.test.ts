import { expect, test } from 'vitest';
import { closing } from './cleanups.ts';
import {
  fakeAccount,
  fakeEvent,
  fakeSession,
  audited,
  closed,
} from '#test/support/fake-agent/fake-records.ts';

const open = closing();
const DAY = 86_400_000;
/** Longer than a line of the page. */
const LONG = 'x'.repeat(120);

test('the report counts what happened in its period and nothing else, and stands by itself', async () => {
  const agent = await open.agent({}, { hello: { capabilities: [] } });
  const engine = open.engine(open.folder());
  await engine.call('environments.add', { url: agent.url, token: 't', name: 'Shop & <co>' });
  const console = await agent.console();
  await agent.until('subscribed', () => console.subscriptions.length > 0);
  await console.snapshot({
    sessions: [fakeSession('one', { account: { id: 'root', name: 'root' } })],
    accounts: [fakeAccount('root', { name: 'root', roles: ['admin'], privileged: true }), fakeAccount('bob')],
  });
  await engine.live();
  const event = (seq: number, over: Record<string, unknown>) =>
    audited(seq, fakeEvent(`e${String(seq)}`, { account: { id: 'root', name: 'root' }, ...over }));
  await console.changes([
    event(1, { at: 10 * DAY }),
    event(2, { at: 10 * DAY + 5 }),
    event(3, { at: 10 * DAY + 9, outcome: 'failure', reason: 'bad-password' }),
    event(4, {
      at: 10 * DAY + 9,
      outcome: 'failure',
      reason: 'bad-password',
      account: { name: `=HYPERLINK("${LONG}")` },
    }),
    event(5, { at: 12 * DAY }),
    event(6, {
      at: 11 * DAY - 1,
      action: 'session-revoked',
      actor: { id: 'op', name: 'Olga' },
      message: 'revoke: 3 ended',
      attributes: { reason: 'stolen laptop' },
    }),
    event(7, {
      at: 11 * DAY - 1,
      action: 'rule-changed',
      actor: { id: 'op', name: 'Olga' },
      message: 'two sessions',
    }),
    { ...closed(8, 'one', 'revoked'), at: 10 * DAY + 20 } as never,
  ]);
  const period = { from: 10 * DAY, to: 11 * DAY };
  const csv = await engine.call('compliance.file', { ...period, format: 'csv' });
  expect(csv.name).toBe('watchfloor-report-1970-01-11-to-1970-01-11.csv');
  const lines = csv.text.split('\r\n');
  expect(lines).toContain('environments,Shop & <co>,other,2,1,1,2,2,1');
  expect(lines).toContain('privileged,Shop & <co>,root,admin,2,1,1970-01-11 00:00:00 UTC');
  expect(lines).toContain('failures,Shop & <co>,bad-password,2');
  // What a stranger typed as a name is no formula.
  expect(lines.some((line) => line.includes(`"'=HYPERLINK(""${LONG}"")"`))).toBe(true);
  expect(lines).toContain('ends,Shop & <co>,revoked,1');
  expect(csv.text).toContain('session-revoked,Olga,root,revoke: 3 ended,stolen laptop');
  expect(csv.text).toContain('rule-changed,Olga,root,two sessions');
  expect(csv.text).toContain('report,journal faults,0');
  // Nobody watched then, and the report says so instead of standing for nothing having happened.
  expect(csv.text).toMatch(
    /coverage,Shop & <co>,20\d\d-[^,]+ UTC,the beginning,20\d\d-[^,]+ UTC,not connected yet,nothing/,
  );
  const html = await engine.call('compliance.file', { ...period, format: 'html' });
  expect(html.text).toContain('Shop &amp; &lt;co&gt;');
  expect(html.text).not.toMatch(/<script|<link|https?:/);
  expect(html.text).toContain('stolen laptop');
  // Figures stand under their heads; only what is too long for a line is broken within a word.
  expect(html.text).toContain('<th scope="col" class="number">Failed sign-ins</th>');
  expect(html.text).toContain('<td class="long">=HYPERLINK(');
  expect(html.text).toContain('<td>bad-password</td>');
  const journal = await engine.call('journal.page', { before: null, action: 'data-exported', limit: 5 });
  expect(journal.rows).toHaveLength(2);
  const watched = await engine.call('compliance.file', {
    from: Date.now(),
    to: Date.now() + DAY,
    format: 'csv',
  });
  expect(watched.text).toMatch(/coverage,Shop & <co>,20\d\d-[^,]+ UTC,,,watched all the time,/);
  const nothing = await engine.call('compliance.file', { from: 20 * DAY, to: 21 * DAY, format: 'csv' });
  expect(nothing.text).toContain('environments,Shop & <co>,other,2,1,0,0,0,0');
});
