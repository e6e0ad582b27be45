import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { OperationView } from '#shared/ipc/views.ts';
import type { TestEngine } from '#test/support/test-engine.ts';
import { fill, inStep, startDesk, startSite, type Site } from '#test/support/response-world.ts';
import { closing } from './cleanups.ts';

// The real engine and real agents; stores in memory.

const open = closing();
const site = async (name: string, options: Parameters<typeof startSite>[2] = {}): Promise<Site> => {
  const one = await startSite(open.folder(), name, options);
  open.later(() => one.agent.stop());
  return one;
};
const desk = async (
  sites: readonly Site[],
  ...rest: Parameters<typeof startDesk> extends [unknown, unknown, ...infer R] ? R : never
) => {
  const one = await startDesk(open.folder(), sites, ...rest);
  open.later(() => one.engine.stop());
  return one;
};
const finished = (engine: TestEngine, operation: string): Promise<OperationView> =>
  engine.until('finished', async () => {
    const all = await engine.call('respond.operations', { limit: 50 });
    const found = all.find(({ id }) => id === operation);
    return found?.commands.every(({ finishedAt }) => finishedAt !== null) === true ? found : null;
  });
const listed = (engine: TestEngine, operation: string) =>
  engine.until('listed', async () => {
    const page = await engine.call('respond.receipt', {
      operation: operation,
      offset: 0,
      limit: 1_000,
    });
    return page.listed ? page : null;
  });

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

test('an environment that is away is queued with what the mirror showed, and ended when it is back', async () => {
  const shop = await site('shop');
  fill(shop, ['ann', 'bob'], 2);
  const { engine, connections } = await desk([shop], {}, { respondTimes: { again: 50, mostAgain: 100 } });
  const [connection] = connections as [ConnectionId];
  await shop.agent.stop();
  await engine.until('offline', async () => (await engine.environment()).state.is !== 'live');
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { all: true } }] },
  });
  expect(preview.parts).toMatchObject([
    { is: 'unasked', reach: { sessions: 4, accounts: 2 }, needsConfirmation: 'shop' },
  ]);
  await expect(
    engine.call('respond.execute', { operation: preview.operation, reason: 'leak' }),
  ).rejects.toMatchObject({ problem: { code: 'NOTHING_TO_DO' } });
  await engine.call('respond.execute', {
    operation: preview.operation,
    reason: 'leak',
    confirm: { [connection]: 'shop' },
    queue: true,
  });
  const waiting = await engine.call('respond.receipt', { operation: preview.operation, offset: 0, limit: 9 });
  expect(waiting.counts).toEqual({ queued: 4 });
  // Signed in while nobody could look: not shown, so not ended.
  shop.store.put('carl-0', { account: 'carl' });
  await shop.restart();
  const done = await finished(engine, preview.operation);
  expect(done.commands).toMatchObject([{ state: 'completed', ended: 4 }]);
  expect(shop.store.keys()).toEqual(['carl-0']);
});

test('an environment that is not reached until the time that the operator set is given up, and nothing is ended there later', async () => {
  const shop = await site('shop');
  fill(shop, ['ann', 'bob'], 1);
  let later = 0;
  const { engine, connections } = await desk(
    [shop],
    {},
    { respondTimes: { again: 20, mostAgain: 50 }, clock: () => epochMs(Date.now() + later) },
  );
  const [connection] = connections as [ConnectionId];
  await shop.agent.stop();
  await engine.until('offline', async () => (await engine.environment()).state.is !== 'live');
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { accounts: ['ann', 'bob'] as never[] } }] },
  });
  const begun = await engine.call('respond.execute', {
    operation: preview.operation,
    reason: 'leak',
    queue: true,
    retryForMs: 120_000,
  });
  expect(begun.retryUntil).toBeGreaterThanOrEqual(begun.createdAt + 120_000);
  const view = async () => (await engine.call('respond.operations', { limit: 1 }))[0]?.commands[0];
  later = 110_000;
  await engine.until('still tried', async () => (await view())?.state === 'unreachable');
  expect((await view())?.finishedAt).toBeNull();
  later = 121_000;
  const over = await engine.until('given up', async () => {
    const command = await view();
    return command === undefined || command.finishedAt === null ? null : command;
  });
  expect(over).toMatchObject({ state: 'unreachable', ended: 0 });
  expect(over.problem?.advice).toContain('never sent; nothing was ended');
  const receipt = await engine.call('respond.receipt', { operation: preview.operation, offset: 0, limit: 9 });
  expect(receipt.counts).toEqual({ unreachable: 2 });
  later = 0;
  await shop.restart();
  await engine.live(connection);
  await inStep({ engine, connections }, [shop]);
  expect(shop.store.keys()).toHaveLength(2);
  expect(shop.store.calls.end).toBe(0);
});

test('what has not been sent can be taken back, and then never goes out', async () => {
  const shop = await site('shop');
  fill(shop, ['ann'], 3);
  const { engine, connections } = await desk([shop], {}, { respondTimes: { again: 50, mostAgain: 100 } });
  const [connection] = connections as [ConnectionId];
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { accounts: ['ann'] } }] },
  });
  await shop.agent.stop();
  await engine.until('offline', async () => (await engine.environment()).state.is !== 'live');
  const begun = await engine.call('respond.execute', { operation: preview.operation, reason: 'x' });
  expect(begun.cancellable).toBe(true);
  const view = await engine.call('respond.cancel', { operation: preview.operation });
  expect(view).toMatchObject({ cancellable: false, commands: [{ state: 'cancelled' }] });
  await expect(engine.call('respond.cancel', { operation: preview.operation })).rejects.toMatchObject({
    problem: { code: 'NOTHING_TO_CANCEL' },
  });
  await shop.restart();
  await engine.live(connection);
  await inStep({ engine, connections }, [shop]);
  expect(shop.store.keys()).toHaveLength(3);
  expect(shop.store.calls.end).toBe(0);
});

test('a preview that the agent has forgotten is carried out with the very sessions that it showed', async () => {
  const shop = await site('shop', {
    limits: { batch: 500, inFlight: 4, targets: 2, unapproved: 25, historyPage: 1_000 },
  });
  fill(shop, ['ann'], 5);
  const { engine, connections } = await desk([shop], {}, { respondTimes: { again: 50, mostAgain: 100 } });
  const [connection] = connections as [ConnectionId];
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { accounts: ['ann'] } }] },
  });
  await engine.until('whom it showed', () =>
    Promise.resolve(engine.rows('SELECT 1 FROM command WHERE preview_listed = 1').length === 1),
  );
  await shop.agent.stop();
  await engine.until('offline', async () => (await engine.environment()).state.is !== 'live');
  await engine.call('respond.execute', { operation: preview.operation, reason: 'x' });
  const { profile } = engine.engine.about();
  await engine.engine.stop();
  // As if more than ten minutes had passed: the preview is over on both sides.
  const db = new Database(mirrorFile(profile));
  db.prepare('UPDATE command SET expires_at = 1').run();
  db.close();
  shop.store.put('ann-late', { account: 'ann' });
  const second = open.engine(profile, {
    tokens: { [connection]: shop.agent.token().text },
    respondTimes: { again: 50, mostAgain: 100 },
  });
  await shop.restart();
  const done = await finished(second, preview.operation);
  expect(done.commands.length).toBe(3);
  expect(done.commands.reduce((sum, { ended }) => sum + ended, 0)).toBe(5);
  expect(shop.store.keys()).toEqual(['ann-late']);
});

test('in a protected environment a second operator decides in another console; nobody decides about their own', async () => {
  const shop = await site('shop', {
    environment: { protected: true },
    limits: { batch: 500, inFlight: 4, targets: 5_000, unapproved: 2, historyPage: 1_000 },
  });
  fill(shop, ['ann'], 4);
  const alice = await desk([shop], { operator: 'alice' });
  const bob = await desk([shop], { operator: 'bob' });
  const [connection] = alice.connections as [ConnectionId];
  const preview = await alice.engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { accounts: ['ann'] } }] },
  });
  expect(preview.parts).toMatchObject([{ is: 'ready', needsApproval: true }]);
  const { commands } = await alice.engine.call('respond.execute', {
    operation: preview.operation,
    reason: 'credential leak',
  });
  const id = String(commands[0]?.id);
  const seen = await bob.engine.until('asked', async () => {
    const [one] = await bob.engine.call('respond.approvals', {});
    return one;
  });
  expect(seen).toMatchObject({
    own: false,
    mayDecide: true,
    item: { id, reason: 'credential leak', requestedBy: { id: 'alice' }, reach: { sessions: 4 } },
  });
  const own = await alice.engine.until(
    'own',
    async () => (await alice.engine.call('respond.approvals', {}))[0],
  );
  expect(own).toMatchObject({ own: true, mayDecide: false });
  await expect(
    alice.engine.call('respond.approve', { connection, id, decision: 'approve' }),
  ).rejects.toMatchObject({ problem: { code: 'FORBIDDEN' } });
  expect(shop.store.keys()).toHaveLength(4);
  const waiting = await alice.engine.call('respond.receipt', {
    operation: preview.operation,
    offset: 0,
    limit: 9,
  });
  expect(waiting.counts).toEqual({ 'waiting-approval': 4 });
  const [bobs] = bob.connections as [ConnectionId];
  const left = await bob.engine.call('respond.approve', {
    connection: bobs,
    id,
    decision: 'approve',
    note: 'seen the ticket',
  });
  expect(left).toEqual([]);
  const done = await finished(alice.engine, preview.operation);
  expect(done.commands).toMatchObject([{ state: 'completed', ended: 4 }]);
  expect(shop.store.keys()).toEqual([]);
  const entries = await bob.engine.call('journal.page', { before: null, action: 'approval-given', limit: 5 });
  expect(entries.rows).toMatchObject([
    { details: { note: 'seen the ticket', requestedBy: 'alice', sessions: 4 } },
  ]);
});

test('a hold ends new sessions until it is lifted; a block is listed and lifted', async () => {
  const shop = await site('shop');
  fill(shop, ['ann', 'bob'], 1);
  const { engine, connections } = await desk([shop]);
  const [connection] = connections as [ConnectionId];
  const act = async (kind: 'hold' | 'block', account: string) => {
    const preview = await engine.call('respond.preview', {
      selection: { targets: [{ connection, selector: { accounts: [account as never] } }] },
      act: kind === 'hold' ? { kind, forMs: 3_600_000 } : { kind },
    });
    await engine.call('respond.execute', { operation: preview.operation, reason: 'stolen password' });
    return finished(engine, preview.operation);
  };
  expect(await act('hold', 'ann')).toMatchObject({
    kind: 'hold',
    forMs: 3_600_000,
    commands: [{ ended: 1 }],
  });
  shop.store.put('ann-again', { account: 'ann' });
  await engine.until('ended again', () => Promise.resolve(!shop.store.has('ann-again')));
  const holds = await engine.call('respond.holds', {});
  expect(holds).toMatchObject([{ is: 'hold', account: { id: 'ann' }, by: 'alice' }]);
  expect(holds[0]?.operation).not.toBeNull();
  await act('block', 'bob');
  await engine.until('blocked', async () =>
    (await engine.call('respond.holds', {})).some((one) => one.is === 'block' && one.account.id === 'bob'),
  );
  const lifted = await engine.call('respond.lift', {
    connection,
    kind: 'release',
    accounts: ['ann'],
    reason: 'new password set',
  });
  await finished(engine, lifted.id);
  const unblocked = await engine.call('respond.lift', {
    connection,
    kind: 'unblock',
    accounts: ['bob'],
    reason: 'talked to him',
  });
  await finished(engine, unblocked.id);
  await engine.until('nothing held', async () => (await engine.call('respond.holds', {})).length === 0);
  shop.store.put('ann-free', { account: 'ann' });
  await inStep({ engine, connections }, [shop]);
  expect(shop.store.has('ann-free')).toBe(true);
  await expect(
    engine.call('respond.preview', {
      selection: { targets: [{ connection, selector: { sessions: ['x'] } }] },
      act: { kind: 'block' },
    }),
  ).rejects.toMatchObject({ problem: { code: 'ACCOUNTS_ONLY' } });
});

test('who asks for it reaches those that came after the preview too', async () => {
  const shop = await site('shop');
  fill(shop, ['ann'], 2);
  const { engine, connections } = await desk([shop]);
  const [connection] = connections as [ConnectionId];
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { accounts: ['ann'] } }] },
  });
  shop.store.put('ann-late', { account: 'ann' });
  await inStep({ engine, connections }, [shop]);
  await engine.call('respond.execute', { operation: preview.operation, reason: 'x', includeNew: true });
  expect((await finished(engine, preview.operation)).commands).toMatchObject([{ ended: 3, findings: [] }]);
  expect(shop.store.keys()).toEqual([]);
});
