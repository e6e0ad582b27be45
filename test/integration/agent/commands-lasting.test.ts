import { expect, test } from 'vitest';
import { StoreError } from '#agent/stores/store-adapter.ts';
import { of, oneAgent, order, proofs } from './parts/one-agent.ts';

const here = oneAgent();

test('a session that comes back is ended again and proved', async () => {
  here.store.put('a', { account: 'ann' });
  await here.start();
  const console = await here.follow();
  const [id] = of(console, 'ann');
  const asked = order({ selector: { sessions: [id] } });
  await console.ask('command', asked);
  here.store.put('a', { account: 'ann' });
  await console.until(() => proofs(console, asked.id).length > 0, 'the first proof');
  expect(proofs(console, asked.id)[0]).toMatchObject({
    stillGone: 0,
    cameBack: [{ id, cause: 'in-flight-request', endedAgain: true }],
  });
  expect(here.store.has('a')).toBe(false);
  await console.until(() => proofs(console, asked.id).some(({ final }) => final), 'the last');
  expect(proofs(console, asked.id).at(-1)).toMatchObject({ stillGone: 1, cameBack: [] });
  await console.until(() => console.sessions.size === 0, 'no session');
});

test('a session that comes back and that the store does not let end again is reported all the same', async () => {
  here.store.put('a', { account: 'ann' });
  await here.start();
  const console = await here.follow();
  const [id] = of(console, 'ann');
  const asked = order({ selector: { sessions: [id] } });
  await console.ask('command', asked);
  here.store.onEnd(() => {
    throw new StoreError('unavailable', 'deleting was forbidden');
  });
  here.store.put('a', { account: 'ann' });
  await console.until(() => proofs(console, asked.id).some(({ final }) => final), 'the last proof');
  expect(proofs(console, asked.id).at(-1)).toMatchObject({
    cameBack: [{ id, cause: 'in-flight-request', endedAgain: false }],
  });
  expect(here.store.has('a')).toBe(true);
  here.store.onEnd(null);
  const again = order({ selector: { sessions: [id] } });
  await console.until(() => of(console, 'ann').length === 1, 'it is told to be there');
  expect(await console.ask('command', again)).toMatchObject({ ended: 1 });
  expect(here.store.has('a')).toBe(false);
});

test('a remembered browser that signs in again is told apart from a sign-in', async () => {
  here.store.put('a', { account: 'ann' });
  await here.start();
  const console = await here.follow();
  const asked = order({ selector: { accounts: ['ann'] } });
  await console.ask('command', asked);
  here.store.put('b', { account: 'ann', marks: ['remember-me'] });
  await console.until(
    () => proofs(console, asked.id).some(({ cameBack }) => cameBack.length > 0),
    'the return',
  );
  const [back] = proofs(console, asked.id).flatMap(({ cameBack }) => cameBack);
  expect(back).toMatchObject({ cause: 'remember-me', endedAgain: true });
  expect(back?.newId).not.toBe(back?.id);
  expect(here.store.keys()).toEqual([]);
});

test('a held account stays out until it is released', async () => {
  here.store.put('a', { account: 'ann' });
  await here.start();
  const console = await here.follow();
  const held = order({ kind: 'hold', forMs: 60_000, selector: { accounts: ['ann'] } });
  expect(await console.ask('command', held)).toMatchObject({ ended: 1 });
  here.store.put('b', { account: 'ann' });
  await console.until(
    () => console.changes.filter((change) => change.kind === 'session.closed').length === 2,
    'the second end',
  );
  expect(here.store.keys()).toEqual([]);
  expect(console.changes.filter((change) => change.kind === 'session.closed').at(-1)).toMatchObject({
    commandId: held.id,
    reason: 'revoked',
  });
  expect(
    await console.ask('command', order({ kind: 'release', selector: { accounts: ['ann'] } })),
  ).toMatchObject({ ok: true, matched: 0 });
  here.store.put('c', { account: 'ann' });
  await console.until(() => of(console, 'ann').length === 1, 'the session');
  await here.agent.refresh();
  expect(here.store.keys()).toEqual(['c']);
});

test('a hold outlives a restart', async () => {
  await here.start();
  here.store.account('ann');
  await here.agent.refresh();
  const console = await here.follow();
  await console.ask('command', order({ kind: 'hold', forMs: 60_000, selector: { accounts: ['ann'] } }));
  await here.agent.stop();
  here.store.put('b', { account: 'ann' });
  await here.start();
  await here.agent.refresh();
  expect(here.store.keys()).toEqual([]);
});

test('lists the holds in force until they are released', async () => {
  here.store.account('ann');
  await here.start();
  await here.agent.refresh();
  const console = await here.follow();
  const asked = order({ kind: 'hold', forMs: 60_000, selector: { accounts: ['ann'] } });
  await console.ask('command', asked);
  expect(await console.ask('holds.list', {})).toMatchObject({
    ok: true,
    items: [{ account: { id: 'ann', name: 'ann' }, command: asked.id, operator: { id: 'alice' } }],
  });
  const reader = await here.follow({ operator: 'bob', scopes: ['sessions:read'] });
  expect(await reader.ask('holds.list', {})).toMatchObject({ error: { code: 'FORBIDDEN' } });
  await console.ask('command', order({ kind: 'release', selector: { accounts: ['ann'] } }));
  expect(await console.ask('holds.list', {})).toMatchObject({ items: [] });
});

test('blocks and unblocks', async () => {
  here.store.put('a', { account: 'ann' });
  await here.start();
  const console = await here.follow();
  expect(
    await console.ask('command', order({ kind: 'block', selector: { accounts: ['ann'] } })),
  ).toMatchObject({ ended: 1 });
  await console.until(() => console.accounts.get('ann')?.status === 'blocked', 'blocked');
  await console.ask('command', order({ kind: 'unblock', selector: { accounts: ['ann'] } }));
  await console.until(() => console.accounts.get('ann')?.status === 'active', 'active');
});
