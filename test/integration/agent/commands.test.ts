import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreError } from '#agent/stores/store-adapter.ts';
import type { AccountId } from '#shared/domain/ids.ts';
import type { Proof } from '#shared/protocol/commands.ts';
import type { TestAgent, TestAgentOptions } from '#test/support/agent-in-process.ts';
import { startTestAgent, temporaryFolder } from '#test/support/agent-in-process.ts';
import type { MemoryStore } from '#test/support/memory-store.ts';
import { createMemoryStore } from '#test/support/memory-store.ts';
import type { TestConsole } from '#test/support/test-console.ts';
import { connectConsole } from '#test/support/test-console.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: MemoryStore;
let agent: TestAgent;
let consoles: TestConsole[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  store = createMemoryStore();
});
afterEach(async () => {
  for (const console of consoles) console.close();
  consoles = [];
  await agent.stop();
  folder.remove();
});
const start = async (options: TestAgentOptions = {}) => {
  agent = await startTestAgent(store, folder.path, options);
};
async function follow(token: Parameters<TestAgent['token']>[0] = {}): Promise<TestConsole> {
  const console = await connectConsole(agent.url, agent.token(token).text);
  consoles.push(console);
  await console.subscribe();
  await console.until(() => console.parts.at(-1)?.last === true, 'the snapshot');
  return console;
}
const order = <More extends Record<string, unknown>>(more: More) => ({
  id: randomUUID(),
  kind: 'revoke',
  selector: { sessions: ['none'] },
  reason: 'a test',
  claim: { name: 'Alice' },
  issuedAt: Date.now(),
  ...more,
});
const of = (console: TestConsole, account: string) =>
  [...console.sessions.values()].filter((session) => session.account?.id === account).map(({ id }) => id);
const proofs = (console: TestConsole, id: string) =>
  console.news
    .filter(({ event }) => event === 'command.proof')
    .map(({ payload }) => payload as Proof)
    .filter((proof) => proof.id === id);

test('ends one session: gone from the store, told with the command, audited, proved', async () => {
  store.put('a1', { account: 'ann' });
  store.put('a2', { account: 'ann' });
  await start();
  const console = await follow();
  const [id] = of(console, 'ann');
  const asked = order({ selector: { sessions: [id, 'not-there'] }, operation: randomUUID() });
  const answer = await console.ask('command', asked);
  expect(answer).toMatchObject({
    ok: true,
    state: 'completed',
    matched: 2,
    ended: 1,
    alreadyGone: 1,
    failedCount: 0,
    replayed: false,
  });
  expect(store.keys()).toEqual(['a2']);
  await console.until(() => console.changes.some((change) => change.kind === 'session.closed'), 'the end');
  expect(console.changes.find(({ kind }) => kind === 'session.closed')).toMatchObject({
    id,
    reason: 'revoked',
    commandId: asked.id,
  });
  const audited = [...console.events.values()].find(({ action }) => action === 'session-revoked');
  expect(audited).toMatchObject({
    actor: { id: 'alice' },
    outcome: 'success',
    attributes: { commandId: asked.id, operation: asked.operation, reason: 'a test' },
  });
  await console.until(() => proofs(console, asked.id).some(({ final }) => final), 'the last proof');
  expect(proofs(console, asked.id).map(({ final, stillGone }) => [final, stillGone])).toEqual([
    [false, 1],
    [false, 1],
    [true, 1],
  ]);
  const got = await console.ask('command.get', { id: asked.id });
  expect(got).toMatchObject({
    ok: true,
    ended: 1,
    proofs: [{ final: false }, { final: false }, { final: true }],
  });
});

test('the same command again is replayed and acts once; other content or operator is CONFLICT', async () => {
  store.put('a', { account: 'ann' });
  await start();
  const console = await follow();
  const asked = order({ selector: { accounts: ['ann'] } });
  const both = await Promise.all([console.ask('command', asked), console.ask('command', asked)]);
  expect(both.map((answer) => answer.ok && 'replayed' in answer && answer.replayed).sort()).toEqual([
    false,
    true,
  ]);
  expect(await console.ask('command', asked)).toMatchObject({ ended: 1, replayed: true });
  expect(store.calls.end).toBe(1);
  expect(await console.ask('command', { ...asked, selector: { accounts: ['ben'] } })).toMatchObject({
    error: { code: 'CONFLICT' },
  });
  const other = await follow({ operator: 'bob' });
  expect(await other.ask('command', asked)).toMatchObject({ error: { code: 'CONFLICT' } });
  expect(await other.ask('command.get', { id: asked.id })).toMatchObject({ ok: true });
  const plain = await follow({ operator: 'carl', scopes: ['sessions:read', 'sessions:revoke'] });
  expect(await plain.ask('command.get', { id: asked.id })).toMatchObject({ error: { code: 'NOT_FOUND' } });
});

test('a preview is what is acted on, and what came since is outside', async () => {
  store.put('a1', { account: 'ann' });
  store.put('a2', { account: 'ann' });
  await start();
  const console = await follow();
  const selector = { accounts: ['ann'] };
  const dry = await console.ask('command', order({ dryRun: true, selector }));
  expect(dry).toMatchObject({ ok: true, reach: { sessions: 2, accounts: 1, own: 0 } });
  if (!dry.ok || !('preview' in dry)) throw new Error('no preview');
  store.put('a3', { account: 'ann' });
  store.remove('a1');
  await console.until(() => console.changes.some(({ kind }) => kind === 'session.closed'), 'the changes');
  const answer = await console.ask('command', order({ selector, preview: dry.preview }));
  expect(answer).toMatchObject({ matched: 2, ended: 1, alreadyGone: 1, outside: { count: 1 } });
  expect(store.keys()).toEqual(['a3']);
  expect(
    await console.ask('command', order({ selector: { accounts: ['ben'] }, preview: dry.preview })),
  ).toMatchObject({ error: { code: 'INVALID' } });
  expect(await console.ask('command', order({ selector, preview: 'other' }))).toMatchObject({
    error: { code: 'NOT_FOUND' },
  });
});

test('an account takes with it what it runs as others, and not others as it', async () => {
  store.put('own', { account: 'ann' });
  store.put('as-ben', {
    account: 'ben',
    via: { account: { id: 'ann' as never, name: 'ann' } },
    marks: ['masquerade'],
  });
  store.put('ben-as-ann', {
    account: 'ann',
    via: { account: { id: 'ben' as never, name: 'ben' } },
    marks: ['masquerade'],
  });
  await start();
  const console = await follow();
  expect(await console.ask('command', order({ selector: { accounts: ['ann'] } }))).toMatchObject({
    ended: 2,
  });
  expect(store.keys()).toEqual(['ben-as-ann']);
});

test('everyone but: confirm, except, expect and conditions', async () => {
  const seen = (ip: string | null, at: number | null) => ({ at: at as never, ip, userAgent: null });
  const now = Date.now();
  store.account('root', { roles: ['admin'] });
  store.put('r', { account: 'root', last: seen('192.0.2.7', now - 60_000) });
  store.put('a', { account: 'ann', last: seen('198.51.100.1', now - 3_600_000) });
  store.put('b', { account: 'ben', last: seen(null, null) });
  await start();
  const console = await follow();
  const all = (more: Record<string, unknown>, extra: Record<string, unknown> = {}) =>
    order({ selector: { all: true, ...more }, ...extra });
  expect(await console.ask('command', all({}))).toMatchObject({ error: { code: 'CONFIRMATION_REQUIRED' } });
  expect(await console.ask('command', all({}, { confirm: 'wrong' }))).toMatchObject({
    error: { code: 'CONFIRMATION_REQUIRED' },
  });
  const reach = async (where: Record<string, unknown>) => {
    const answer = await console.ask('command', all({ where }, { dryRun: true }));
    return answer.ok && 'reach' in answer ? answer.reach : answer;
  };
  expect(await reach({ network: '192.0.2.0/24' })).toMatchObject({
    sessions: 1,
    privileged: 1,
    byRole: { admin: 1 },
  });
  expect(await reach({ idleForMs: 1_800_000 })).toMatchObject({ sessions: 1, privileged: 0 });
  expect(await reach({ idleForMs: 1_800_000, network: '192.0.2.0/24' })).toMatchObject({ sessions: 0 });
  expect(await reach({ anyRole: ['admin', 'editor'] })).toMatchObject({ sessions: 1 });
  expect(await reach({ openedBefore: now })).toMatchObject({ sessions: 0 });
  expect(await console.ask('command', all({}, { confirm: 'test', expect: { max: 2 } }))).toMatchObject({
    error: { code: 'CONFLICT', details: { matched: 3 } },
  });
  expect(store.keys().length).toBe(3);
  const except = of(console, 'root');
  expect(await console.ask('command', all({ except }, { confirm: 'test' }))).toMatchObject({
    ended: 2,
    matched: 2,
  });
  expect(store.keys()).toEqual(['r']);
});

test('what the store could not end is reported, and can be paged', async () => {
  for (let n = 0; n < 130; n++) store.put(`a${String(n)}`, { account: 'ann' });
  store.onEnd(({ key }) =>
    Number(key.slice(1)) < 120 ? { outcome: 'failed', code: 'LOCKED', message: 'row is locked' } : null,
  );
  await start();
  const console = await follow();
  const asked = order({ selector: { accounts: ['ann'] } });
  const answer = await console.ask('command', asked);
  expect(answer).toMatchObject({ state: 'partial', matched: 130, ended: 10, failedCount: 120 });
  expect(answer.ok && 'failed' in answer && answer.failed.length).toBe(100);
  const failures = await console.ask('command.failures', { id: asked.id });
  expect(failures.ok && failures.items.length).toBe(120);
  expect(failures.ok && failures.items[0]).toMatchObject({ code: 'LOCKED' });
});

test('a long command answers running, goes on without its console and tells its progress', async () => {
  for (let n = 0; n < 600; n++) store.put(`a${String(n)}`, { account: 'ann' });
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  store.onEnd(({ key }) => (key === 'a300' ? held.then(() => null) : null));
  await start({ timing: { answerWithinMs: 300 } });
  const console = await follow();
  const watcher = await follow();
  const asked = order({ selector: { accounts: ['ann'] } });
  expect(await console.ask('command', asked)).toMatchObject({ state: 'running', matched: 600 });
  console.close();
  release();
  const progress = () =>
    watcher.news.filter(({ event }) => event === 'command.progress').map(({ payload }) => payload);
  await watcher.until(() => progress().some((entry) => (entry as { done: number }).done === 600), 'the end');
  expect(store.keys()).toEqual([]);
  expect(await watcher.ask('command.get', { id: asked.id })).toMatchObject({
    state: 'completed',
    ended: 600,
  });
});

test('a session that comes back is ended again and proved', async () => {
  store.put('a', { account: 'ann' });
  await start();
  const console = await follow();
  const [id] = of(console, 'ann');
  const asked = order({ selector: { sessions: [id] } });
  await console.ask('command', asked);
  store.put('a', { account: 'ann' });
  await console.until(() => proofs(console, asked.id).length > 0, 'the first proof');
  expect(proofs(console, asked.id)[0]).toMatchObject({
    stillGone: 0,
    cameBack: [{ id, cause: 'in-flight-request', endedAgain: true }],
  });
  expect(store.has('a')).toBe(false);
  await console.until(() => proofs(console, asked.id).some(({ final }) => final), 'the last');
  expect(proofs(console, asked.id).at(-1)).toMatchObject({ stillGone: 1, cameBack: [] });
  await console.until(() => console.sessions.size === 0, 'no session');
});

test('a session that comes back and that the store does not let end again is reported all the same', async () => {
  store.put('a', { account: 'ann' });
  await start();
  const console = await follow();
  const [id] = of(console, 'ann');
  const asked = order({ selector: { sessions: [id] } });
  await console.ask('command', asked);
  store.onEnd(() => {
    throw new StoreError('unavailable', 'deleting was forbidden');
  });
  store.put('a', { account: 'ann' });
  await console.until(() => proofs(console, asked.id).some(({ final }) => final), 'the last proof');
  expect(proofs(console, asked.id).at(-1)).toMatchObject({
    cameBack: [{ id, cause: 'in-flight-request', endedAgain: false }],
  });
  expect(store.has('a')).toBe(true);
  store.onEnd(null);
  const again = order({ selector: { sessions: [id] } });
  await console.until(() => of(console, 'ann').length === 1, 'it is told to be there');
  expect(await console.ask('command', again)).toMatchObject({ ended: 1 });
  expect(store.has('a')).toBe(false);
});

test('a remembered browser that signs in again is told apart from a sign-in', async () => {
  store.put('a', { account: 'ann' });
  await start();
  const console = await follow();
  const asked = order({ selector: { accounts: ['ann'] } });
  await console.ask('command', asked);
  store.put('b', { account: 'ann', marks: ['remember-me'] });
  await console.until(
    () => proofs(console, asked.id).some(({ cameBack }) => cameBack.length > 0),
    'the return',
  );
  const [back] = proofs(console, asked.id).flatMap(({ cameBack }) => cameBack);
  expect(back).toMatchObject({ cause: 'remember-me', endedAgain: true });
  expect(back?.newId).not.toBe(back?.id);
  expect(store.keys()).toEqual([]);
});

test('a held account stays out until it is released', async () => {
  store.put('a', { account: 'ann' });
  await start();
  const console = await follow();
  const held = order({ kind: 'hold', forMs: 60_000, selector: { accounts: ['ann'] } });
  expect(await console.ask('command', held)).toMatchObject({ ended: 1 });
  store.put('b', { account: 'ann' });
  await console.until(
    () => console.changes.filter((change) => change.kind === 'session.closed').length === 2,
    'the second end',
  );
  expect(store.keys()).toEqual([]);
  expect(console.changes.filter((change) => change.kind === 'session.closed').at(-1)).toMatchObject({
    commandId: held.id,
    reason: 'revoked',
  });
  expect(
    await console.ask('command', order({ kind: 'release', selector: { accounts: ['ann'] } })),
  ).toMatchObject({ ok: true, matched: 0 });
  store.put('c', { account: 'ann' });
  await console.until(() => of(console, 'ann').length === 1, 'the session');
  await agent.refresh();
  expect(store.keys()).toEqual(['c']);
});

test('a hold outlives a restart', async () => {
  await start();
  store.account('ann');
  await agent.refresh();
  const console = await follow();
  await console.ask('command', order({ kind: 'hold', forMs: 60_000, selector: { accounts: ['ann'] } }));
  await agent.stop();
  store.put('b', { account: 'ann' });
  await start();
  await agent.refresh();
  expect(store.keys()).toEqual([]);
});

test('lists the sessions of a preview and what became of each, in pages, to who asked and nobody else', async () => {
  for (const key of ['a', 'b', 'c']) store.put(key, { account: 'ann' });
  store.onEnd(({ key }) =>
    key === 'b' ? { outcome: 'failed', code: 'LOCKED', message: 'row is locked' } : null,
  );
  await start();
  const console = await follow();
  const ids = of(console, 'ann');
  const selector = { sessions: [...ids, 'gone'] };
  const dry = (await console.ask('command', order({ selector, dryRun: true }))) as { preview: string };
  const page = (await console.ask('command.targets', { preview: dry.preview, limit: 2 })) as {
    items: { id: string; account: string }[];
    next: string;
  };
  expect(page.items).toHaveLength(2);
  const rest = (await console.ask('command.targets', {
    preview: dry.preview,
    limit: 2,
    cursor: page.next,
  })) as typeof page;
  expect(rest.next).toBeUndefined();
  expect([...page.items, ...rest.items].map(({ id }) => id).sort()).toEqual([...ids].sort());
  const asked = order({ selector, preview: dry.preview });
  await console.ask('command', asked);
  const outcomes = (await console.ask('command.targets', { id: asked.id, limit: 100 })) as {
    items: { id: string; outcome: string; code?: string; message?: string }[];
  };
  expect(outcomes.items.map(({ outcome }) => outcome).sort()).toEqual([
    'already-gone',
    'ended',
    'ended',
    'failed',
  ]);
  expect(outcomes.items.find(({ outcome }) => outcome === 'failed')).toMatchObject({
    code: 'LOCKED',
    message: 'row is locked',
  });
  const bob = await follow({ operator: 'bob', scopes: ['sessions:read', 'sessions:revoke'] });
  for (const what of [{ preview: dry.preview }, { id: asked.id }]) {
    expect(await bob.ask('command.targets', { ...what, limit: 9 })).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
  }
  expect(await bob.ask('command.targets', { limit: 9 })).toMatchObject({ error: { code: 'INVALID' } });
});

test('lists the holds in force until they are released', async () => {
  store.account('ann');
  await start();
  await agent.refresh();
  const console = await follow();
  const asked = order({ kind: 'hold', forMs: 60_000, selector: { accounts: ['ann'] } });
  await console.ask('command', asked);
  expect(await console.ask('holds.list', {})).toMatchObject({
    ok: true,
    items: [{ account: { id: 'ann', name: 'ann' }, command: asked.id, operator: { id: 'alice' } }],
  });
  const reader = await follow({ operator: 'bob', scopes: ['sessions:read'] });
  expect(await reader.ask('holds.list', {})).toMatchObject({ error: { code: 'FORBIDDEN' } });
  await console.ask('command', order({ kind: 'release', selector: { accounts: ['ann'] } }));
  expect(await console.ask('holds.list', {})).toMatchObject({ items: [] });
});

test('blocks and unblocks', async () => {
  store.put('a', { account: 'ann' });
  await start();
  const console = await follow();
  expect(
    await console.ask('command', order({ kind: 'block', selector: { accounts: ['ann'] } })),
  ).toMatchObject({ ended: 1 });
  await console.until(() => console.accounts.get('ann')?.status === 'blocked', 'blocked');
  await console.ask('command', order({ kind: 'unblock', selector: { accounts: ['ann'] } }));
  await console.until(() => console.accounts.get('ann')?.status === 'active', 'active');
});

test('while the store is down commands are refused whole and what is known stays', async () => {
  store.put('a', { account: 'ann' });
  await start();
  const console = await follow();
  const [id] = of(console, 'ann');
  store.down('the database does not answer');
  await console.until(() => console.statuses.at(-1)?.store === 'down', 'down');
  expect(console.statuses.at(-1)?.error).toContain('does not answer');
  const asked = order({ selector: { sessions: [id] } });
  expect(await console.ask('command', asked)).toMatchObject({ error: { code: 'STORE_UNAVAILABLE' } });
  expect(await console.ask('sessions.get', { ids: [id] })).toMatchObject({ sessions: [{ id }] });
  store.down(null);
  await console.until(() => console.statuses.at(-1)?.store === 'up', 'up');
  // The refusal did not consume the id.
  expect(await console.ask('command', asked)).toMatchObject({ ended: 1, replayed: false });
});

test('a store that fails when it is asked to act leaves no half command', async () => {
  store.put('a', { account: 'ann' });
  await start();
  const console = await follow();
  const [id] = of(console, 'ann');
  const asked = order({ selector: { sessions: [id] } });
  const broken = store.adapter.end.bind(store.adapter);
  let failOnce = true;
  Object.assign(store.adapter, {
    end: (...parameters: Parameters<typeof broken>) => {
      if (!failOnce) return broken(...parameters);
      failOnce = false;
      return Promise.reject(new StoreError('unavailable', 'gone away'));
    },
  });
  expect(await console.ask('command', asked)).toMatchObject({ error: { code: 'STORE_UNAVAILABLE' } });
  expect(store.keys()).toEqual(['a']);
  expect(await console.ask('command', asked)).toMatchObject({ ended: 1, replayed: false });
});

test.each(['journalled', 'attempted', 'acted', 'settled'] as const)(
  'a crash at “%s” is finished at the next start, with exactly the journalled sessions',
  async (point) => {
    store.put('a1', { account: 'ann' });
    store.put('a2', { account: 'ann' });
    let crashed = false;
    await start({
      timing: {
        answerWithinMs: 200,
        reached: (at) => {
          if (at !== point || crashed) return;
          crashed = true;
          throw new Error('the process died here');
        },
      },
    });
    const console = await follow();
    const asked = order({ selector: { accounts: ['ann'] } });
    const first = await console.ask('command', asked);
    expect(first).toMatchObject({ error: { code: 'INTERNAL' } });
    expect(crashed).toBe(true);
    await agent.stop();
    // Came after the command was journalled: not its business.
    store.put('a3', { account: 'ann' });
    await start();
    const again = await follow();
    const answer = await again.ask('command', asked);
    expect(answer).toMatchObject({ ok: true, replayed: true, matched: 2, ended: 2, alreadyGone: 0 });
    expect(store.keys()).toEqual(['a3']);
    await again.until(() => of(again, 'ann').length === 1, 'one session');
    const closed = await again.ask('command.get', { id: asked.id });
    expect(closed).toMatchObject({ state: 'completed' });
  },
);

test.each([
  ['attempted', 2],
  ['acted', 1],
  ['acted', 2],
  ['settled', 1],
] as const)(
  'a crash of a long command at the %s %i is finished exactly, and what others ended meanwhile is not claimed',
  async (point, time) => {
    for (let n = 0; n < 4_300; n += 1) store.put(`a${String(n)}`, { account: 'ann' });
    let times = 0;
    await start({
      timing: {
        answerWithinMs: 200,
        reached: (at) => {
          if (at !== point) return;
          times += 1;
          if (times === time) throw new Error('the process died here');
        },
      },
    });
    const console = await follow();
    const asked = order({ selector: { accounts: ['ann'] } });
    expect(await console.ask('command', asked)).toMatchObject({ ok: expect.any(Boolean) as boolean });
    await expect.poll(() => times, { timeout: 30_000 }).toBeGreaterThanOrEqual(time);
    await agent.stop();
    // Beyond what any attempt could have reached by then.
    const last = store.keys().at(-1) ?? '';
    store.remove(last);
    store.put('since', { account: 'ann' });
    await start();
    const again = await follow();
    await expect
      .poll(async () => again.ask('command.get', { id: asked.id }), { timeout: 60_000 })
      .toMatchObject({ state: 'completed', matched: 4_300, ended: 4_299, alreadyGone: 1, failedCount: 0 });
    expect(store.keys()).toEqual(['since']);
  },
);

test('never asks the store two things at once', async () => {
  for (let n = 0; n < 200; n++) store.put(`a${String(n)}`, { account: `user-${String(n)}` });
  await start();
  const console = await follow();
  const asks = Array.from({ length: 20 }, (_, n) =>
    console.ask('command', order({ selector: { accounts: [`user-${String(n)}`] } })),
  );
  await Promise.all([...asks, agent.refresh(), agent.refresh()]);
  expect(store.mostReads()).toBe(1);
  expect(store.keys().length).toBe(180);
});

test('keepOwn leaves one’s own, also those that a console has not seen yet, unless the account is named', async () => {
  for (const account of ['me', 'ann']) store.account(account);
  store.put('mine', { account: 'me' });
  store.put('as-ann', { account: 'ann', via: { account: { id: 'me' as AccountId, name: 'me' } } });
  store.put('hers', { account: 'ann' });
  await start();
  const console = await follow({ accounts: ['me'] });
  const all = { selector: { all: true }, keepOwn: true };
  expect(await console.ask('command', order({ ...all, dryRun: true }))).toMatchObject({
    ok: true,
    reach: { sessions: 1, own: 0 },
    kept: 2,
  });
  // Signed in a moment before it is carried out: no console has seen it.
  store.put('mine-since', { account: 'me' });
  store.put('hers-since', { account: 'ann' });
  await agent.refresh();
  expect(await console.ask('command', order({ ...all, confirm: 'test' }))).toMatchObject({
    matched: 2,
    ended: 2,
  });
  expect([...store.keys()].sort()).toEqual(['as-ann', 'mine', 'mine-since']);
  const named = order({ selector: { accounts: ['me', 'ann'] }, keepOwn: true });
  expect(await console.ask('command', named)).toMatchObject({ matched: 3, ended: 3 });
  // Without accounts of one's own, and without the wish, nothing is left.
  store.put('hers-again', { account: 'ann' });
  store.put('mine-again', { account: 'me' });
  await agent.refresh();
  const other = await follow({ operator: 'bob' });
  expect(await other.ask('command', order({ ...all, dryRun: true }))).toMatchObject({
    reach: { sessions: 2 },
    kept: 0,
  });
  const plain = await console.ask('command', order({ selector: { all: true }, dryRun: true }));
  expect(plain).toMatchObject({ reach: { sessions: 2, own: 1 } });
  expect(plain).not.toHaveProperty('kept');
});
