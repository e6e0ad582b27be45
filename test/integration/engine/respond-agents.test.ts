import { expect, test } from 'vitest';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { fill, inStep } from '#test/support/response-world.ts';
import { closing } from './cleanups.ts';
import { finished, listed, responders } from './responders.ts';

// The real engine and real agents; stores in memory.

const open = closing();
const { site, desk } = responders(open);

test('a filter over two environments ends what it matched, keeps one’s own, and reports what matches since', async () => {
  const shop = await site('shop');
  const blog = await site('blog');
  fill(shop, ['anna', 'anton', 'me'], 2);
  fill(blog, ['anna', 'bert'], 1);
  const { engine, connections } = await desk([shop, blog], { accounts: ['me'] });
  shop.store.put('antje-0', { account: 'antje' });
  await inStep({ engine, connections }, [shop, blog]);
  const preview = await engine.call('respond.preview', {
    selection: { matching: { state: 'live', text: 'an' } },
  });
  expect(preview.parts).toMatchObject([
    { is: 'ready', reach: { sessions: 5, accounts: 3 }, mirrored: 5 },
    { is: 'ready', reach: { sessions: 1 } },
  ]);
  shop.store.put('anton-late', { account: 'anton' });
  await inStep({ engine, connections }, [shop, blog]);
  await engine.call('respond.execute', { operation: preview.operation, reason: 'leak' });
  const done = await finished(engine, preview.operation);
  expect(done.commands.map(({ ended }) => ended)).toEqual([5, 1]);
  expect([...shop.store.keys()].sort()).toEqual(['anton-late', 'me-0', 'me-1']);
  expect(blog.store.keys()).toEqual(['bert-0']);
  await inStep({ engine, connections }, [shop, blog]);
  const late = await engine.call('respond.late', { operation: preview.operation });
  expect(late).toMatchObject({ sessions: 1, targets: [{ connection: connections[0] }] });
  const all = await engine.call('respond.preview', {
    selection: { matching: { state: 'live', text: 'me' } },
  });
  expect(all.parts).toMatchObject([{ is: 'ready', reach: { sessions: 0 }, kept: 2 }]);
});

test('what a search finds can be ended, in every environment; what is found since is reported', async () => {
  const [shop, blog] = [await site('shop'), await site('blog')];
  const seen = (ip: string) => ({ last: { at: null, ip, userAgent: null } });
  for (const one of [shop, blog]) {
    one.store.account('anna', { roles: ['editor'] });
    one.store.account('bert', { roles: ['guest'] });
    one.store.put('anna-there', { account: 'anna', ...seen('91.0.0.1') });
    one.store.put('anna-here', { account: 'anna', ...seen('8.8.8.8') });
    one.store.put('bert-there', { account: 'bert', ...seen('91.0.0.1') });
  }
  const { engine, connections } = await desk([shop, blog]);
  await engine.until('roles', () =>
    Promise.resolve(engine.rows("SELECT 1 FROM account WHERE roles LIKE '%editor%'").length === 2),
  );
  const search = 'role:editor ip:91.0.0.0/8 OR user:nobody-at-all';
  const preview = await engine.call('respond.preview', { selection: { matching: { search } } });
  expect(preview.parts).toMatchObject([{ reach: { sessions: 1 } }, { reach: { sessions: 1 } }]);
  shop.store.put('anna-late', { account: 'anna', ...seen('91.0.0.2') });
  await inStep({ engine, connections }, [shop, blog]);
  await engine.call('respond.execute', { operation: preview.operation, reason: 'leak' });
  const done = await finished(engine, preview.operation);
  expect(done.commands.map(({ ended }) => ended)).toEqual([1, 1]);
  expect([...shop.store.keys()].sort()).toEqual(['anna-here', 'anna-late', 'bert-there']);
  expect([...blog.store.keys()].sort()).toEqual(['anna-here', 'bert-there']);
  await inStep({ engine, connections }, [shop, blog]);
  expect(await engine.call('respond.late', { operation: preview.operation })).toMatchObject({ sessions: 1 });
  // A search that is wrong is said, and nothing is asked of any agent.
  await expect(
    engine.call('respond.preview', { selection: { matching: { search: 'rolle:editor' } } }),
  ).rejects.toThrow('There is no field “rolle”');
});

test('the receipt names every session with its outcome, as a page, as CSV and as JSON', async () => {
  const shop = await site('shop');
  fill(shop, ['ann', 'bob', '=cmd'], 2);
  shop.store.onEnd(({ key }) =>
    key === 'bob-1' ? { outcome: 'failed', code: 'LOCKED', message: 'row is locked' } : null,
  );
  const { engine, connections } = await desk([shop]);
  const [connection] = connections as [ConnectionId];
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { all: true } }] },
  });
  shop.store.remove('ann-1');
  await engine.call('respond.execute', {
    operation: preview.operation,
    reason: 'drill',
    confirm: { [connection]: 'shop' },
  });
  await finished(engine, preview.operation);
  const page = await listed(engine, preview.operation);
  expect(page.counts).toEqual({ ended: 4, 'already-gone': 1, failed: 1 });
  expect(page.rows.find(({ outcome }) => outcome === 'failed')).toMatchObject({
    account: { id: 'bob' },
    code: 'LOCKED',
    message: 'row is locked',
  });
  const only = await engine.call('respond.receipt', {
    operation: preview.operation,
    outcome: 'already-gone',
    offset: 0,
    limit: 10,
  });
  expect(only.rows).toMatchObject([{ account: { id: 'ann' } }]);
  const csv = await engine.call('respond.receiptFile', { operation: preview.operation, format: 'csv' });
  expect(csv.text.split('\r\n')).toHaveLength(6 + 2);
  // A name that a spreadsheet would run.
  expect(csv.text).toContain(",'=cmd,");
  const json = await engine.call('respond.receiptFile', { operation: preview.operation, format: 'json' });
  const receipt = JSON.parse(json.text) as { sessions: unknown[]; notTouched: string };
  expect(receipt.sessions).toHaveLength(6);
  expect(receipt.notTouched).toContain('API tokens keep working');
  const journal = await engine.call('journal.page', { before: null, limit: 50 });
  const actions = journal.rows.map(({ action }) => action);
  expect(actions).toEqual(expect.arrayContaining(['command-sent', 'command-finished', 'data-exported']));
  expect(journal.rows.find(({ action }) => action === 'command-finished')?.details).toMatchObject({
    ended: 4,
    alreadyGone: 1,
    failed: 1,
  });
  expect((await engine.call('journal.verify', {})).faults).toEqual([]);
});
