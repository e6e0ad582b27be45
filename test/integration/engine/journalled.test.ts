import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AccountId } from '#shared/domain/ids.ts';
import { fakeAccount, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { closing } from './cleanups.ts';

// What leaves the console, where its findings go and what it forgets: each is in the journal, in the order of its happening.

const open = closing();

test('channels, exports of persons, backups, retention and environments are in the journal, without secrets or names', async () => {
  const agent = await open.agent({}, { hello: { capabilities: [] } });
  const profile = open.folder();
  const engine = open.engine(profile);
  const { connection } = await engine.call('environments.add', { url: agent.url, token: 't', name: 'shop' });
  const console = await agent.console();
  await agent.until('subscribed', () => console.subscriptions.length > 0);
  await console.snapshot({
    sessions: [fakeSession('one', { account: { id: 'ann', name: 'Ann Example' } })],
    accounts: [fakeAccount('ann', { name: 'Ann Example' })],
  });
  await engine.live();
  const target = { kind: 'webhook' as const, url: 'https://hooks.example.org/T0/a-secret-path' };
  const { id } = await engine.call('notify.save', {
    config: { name: 'On call', target },
    secret: 'signing-key',
  });
  await engine.call('notify.remove', { id });
  const accounts = [{ connection, id: 'ann' as AccountId }];
  await engine.call('person.export', { accounts, file: join(profile, 'ann.ndjson') });
  await engine.call('mirror.backup', { file: join(profile, 'backup.db') });
  const { policy } = await engine.call('retention.get', {});
  await engine.call('retention.set', policy);
  await engine.call('retention.run', {});
  await engine.call('environments.update', { connection, name: 'shop one' });
  await engine.call('journal.exportHeads', {});
  // What does not happen is not in it.
  await expect(engine.call('person.export', { accounts, file: join(profile, 'ann.ndjson') })).rejects.toThrow(
    /exists already/,
  );
  await engine.call('environments.remove', { connection, forget: true });

  const { rows } = await engine.call('journal.page', { before: null, limit: 50 });
  expect(rows.map(({ action, subject }) => [action, subject?.name]).toReversed()).toEqual([
    ['environment-added', 'shop'],
    ['notification-channel-saved', 'On call'],
    ['notification-channel-removed', 'On call'],
    ['data-exported', undefined],
    ['data-exported', 'backup.db'],
    ['retention-changed', undefined],
    ['retention-run', undefined],
    ['environment-changed', 'shop'],
    ['heads-exported', undefined],
    ['environment-removed', 'shop one'],
  ]);
  const text = JSON.stringify(rows);
  expect(text).toContain('https://hooks.example.org');
  expect(text).not.toMatch(/a-secret-path|signing-key|Ann Example/);
  expect(await engine.call('journal.verify', {})).toMatchObject({ entries: 10, faults: [] });
});
