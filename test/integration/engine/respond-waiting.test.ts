import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { fill, inStep } from '#test/support/response-world.ts';
import { closing } from './cleanups.ts';
import { finished, responders } from './responders.ts';

// The real engine and real agents; stores in memory.

const open = closing();
const { site, desk } = responders(open);

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
