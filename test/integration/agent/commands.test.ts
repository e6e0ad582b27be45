import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { AccountId } from '#shared/domain/ids.ts';
import { of, oneAgent, order, proofs } from './parts/one-agent.ts';

const here = oneAgent();

test('ends one session: gone from the store, told with the command, audited, proved', async () => {
  here.store.put('a1', { account: 'ann' });
  here.store.put('a2', { account: 'ann' });
  await here.start();
  const console = await here.follow();
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
  expect(here.store.keys()).toEqual(['a2']);
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
  here.store.put('a', { account: 'ann' });
  await here.start();
  const console = await here.follow();
  const asked = order({ selector: { accounts: ['ann'] } });
  const both = await Promise.all([console.ask('command', asked), console.ask('command', asked)]);
  expect(both.map((answer) => answer.ok && 'replayed' in answer && answer.replayed).sort()).toEqual([
    false,
    true,
  ]);
  expect(await console.ask('command', asked)).toMatchObject({ ended: 1, replayed: true });
  expect(here.store.calls.end).toBe(1);
  expect(await console.ask('command', { ...asked, selector: { accounts: ['ben'] } })).toMatchObject({
    error: { code: 'CONFLICT' },
  });
  const other = await here.follow({ operator: 'bob' });
  expect(await other.ask('command', asked)).toMatchObject({ error: { code: 'CONFLICT' } });
  expect(await other.ask('command.get', { id: asked.id })).toMatchObject({ ok: true });
  const plain = await here.follow({ operator: 'carl', scopes: ['sessions:read', 'sessions:revoke'] });
  expect(await plain.ask('command.get', { id: asked.id })).toMatchObject({ error: { code: 'NOT_FOUND' } });
});

test('a preview is what is acted on, and what came since is outside', async () => {
  here.store.put('a1', { account: 'ann' });
  here.store.put('a2', { account: 'ann' });
  await here.start();
  const console = await here.follow();
  const selector = { accounts: ['ann'] };
  const dry = await console.ask('command', order({ dryRun: true, selector }));
  expect(dry).toMatchObject({ ok: true, reach: { sessions: 2, accounts: 1, own: 0 } });
  if (!dry.ok || !('preview' in dry)) throw new Error('no preview');
  here.store.put('a3', { account: 'ann' });
  here.store.remove('a1');
  await console.until(() => console.changes.some(({ kind }) => kind === 'session.closed'), 'the changes');
  const answer = await console.ask('command', order({ selector, preview: dry.preview }));
  expect(answer).toMatchObject({ matched: 2, ended: 1, alreadyGone: 1, outside: { count: 1 } });
  expect(here.store.keys()).toEqual(['a3']);
  expect(
    await console.ask('command', order({ selector: { accounts: ['ben'] }, preview: dry.preview })),
  ).toMatchObject({ error: { code: 'INVALID' } });
  expect(await console.ask('command', order({ selector, preview: 'other' }))).toMatchObject({
    error: { code: 'NOT_FOUND' },
  });
});

test('an account takes with it what it runs as others, and not others as it', async () => {
  here.store.put('own', { account: 'ann' });
  here.store.put('as-ben', {
    account: 'ben',
    via: { account: { id: 'ann' as never, name: 'ann' } },
    marks: ['masquerade'],
  });
  here.store.put('ben-as-ann', {
    account: 'ann',
    via: { account: { id: 'ben' as never, name: 'ben' } },
    marks: ['masquerade'],
  });
  await here.start();
  const console = await here.follow();
  expect(await console.ask('command', order({ selector: { accounts: ['ann'] } }))).toMatchObject({
    ended: 2,
  });
  expect(here.store.keys()).toEqual(['ben-as-ann']);
});

test('everyone but: confirm, except, expect and conditions', async () => {
  const seen = (ip: string | null, at: number | null) => ({ at: at as never, ip, userAgent: null });
  const now = Date.now();
  here.store.account('root', { roles: ['admin'] });
  here.store.put('r', { account: 'root', last: seen('192.0.2.7', now - 60_000) });
  here.store.put('a', { account: 'ann', last: seen('198.51.100.1', now - 3_600_000) });
  here.store.put('b', { account: 'ben', last: seen(null, null) });
  await here.start();
  const console = await here.follow();
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
  expect(here.store.keys().length).toBe(3);
  const except = of(console, 'root');
  expect(await console.ask('command', all({ except }, { confirm: 'test' }))).toMatchObject({
    ended: 2,
    matched: 2,
  });
  expect(here.store.keys()).toEqual(['r']);
});

test('what the store could not end is reported, and can be paged', async () => {
  for (let n = 0; n < 130; n++) here.store.put(`a${String(n)}`, { account: 'ann' });
  here.store.onEnd(({ key }) =>
    Number(key.slice(1)) < 120 ? { outcome: 'failed', code: 'LOCKED', message: 'row is locked' } : null,
  );
  await here.start();
  const console = await here.follow();
  const asked = order({ selector: { accounts: ['ann'] } });
  const answer = await console.ask('command', asked);
  expect(answer).toMatchObject({ state: 'partial', matched: 130, ended: 10, failedCount: 120 });
  expect(answer.ok && 'failed' in answer && answer.failed.length).toBe(100);
  const failures = await console.ask('command.failures', { id: asked.id });
  expect(failures.ok && failures.items.length).toBe(120);
  expect(failures.ok && failures.items[0]).toMatchObject({ code: 'LOCKED' });
});

test('a long command answers running, goes on without its console and tells its progress', async () => {
  for (let n = 0; n < 600; n++) here.store.put(`a${String(n)}`, { account: 'ann' });
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  here.store.onEnd(({ key }) => (key === 'a300' ? held.then(() => null) : null));
  await here.start({ timing: { answerWithinMs: 300 } });
  const console = await here.follow();
  const watcher = await here.follow();
  const asked = order({ selector: { accounts: ['ann'] } });
  expect(await console.ask('command', asked)).toMatchObject({ state: 'running', matched: 600 });
  console.close();
  release();
  const progress = () =>
    watcher.news.filter(({ event }) => event === 'command.progress').map(({ payload }) => payload);
  await watcher.until(() => progress().some((entry) => (entry as { done: number }).done === 600), 'the end');
  expect(here.store.keys()).toEqual([]);
  expect(await watcher.ask('command.get', { id: asked.id })).toMatchObject({
    state: 'completed',
    ended: 600,
  });
});

test('lists the sessions of a preview and what became of each, in pages, to who asked and nobody else', async () => {
  for (const key of ['a', 'b', 'c']) here.store.put(key, { account: 'ann' });
  here.store.onEnd(({ key }) =>
    key === 'b' ? { outcome: 'failed', code: 'LOCKED', message: 'row is locked' } : null,
  );
  await here.start();
  const console = await here.follow();
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
  const bob = await here.follow({ operator: 'bob', scopes: ['sessions:read', 'sessions:revoke'] });
  for (const what of [{ preview: dry.preview }, { id: asked.id }]) {
    expect(await bob.ask('command.targets', { ...what, limit: 9 })).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
  }
  expect(await bob.ask('command.targets', { limit: 9 })).toMatchObject({ error: { code: 'INVALID' } });
});

test('never asks the store two things at once', async () => {
  for (let n = 0; n < 200; n++) here.store.put(`a${String(n)}`, { account: `user-${String(n)}` });
  await here.start();
  const console = await here.follow();
  const asks = Array.from({ length: 20 }, (_, n) =>
    console.ask('command', order({ selector: { accounts: [`user-${String(n)}`] } })),
  );
  await Promise.all([...asks, here.agent.refresh(), here.agent.refresh()]);
  expect(here.store.mostReads()).toBe(1);
  expect(here.store.keys().length).toBe(180);
});

test('keepOwn leaves one’s own, also those that a console has not seen yet, unless the account is named', async () => {
  for (const account of ['me', 'ann']) here.store.account(account);
  here.store.put('mine', { account: 'me' });
  here.store.put('as-ann', { account: 'ann', via: { account: { id: 'me' as AccountId, name: 'me' } } });
  here.store.put('hers', { account: 'ann' });
  await here.start();
  const console = await here.follow({ accounts: ['me'] });
  const all = { selector: { all: true }, keepOwn: true };
  expect(await console.ask('command', order({ ...all, dryRun: true }))).toMatchObject({
    ok: true,
    reach: { sessions: 1, own: 0 },
    kept: 2,
  });
  // Signed in a moment before it is carried out: no console has seen it.
  here.store.put('mine-since', { account: 'me' });
  here.store.put('hers-since', { account: 'ann' });
  await here.agent.refresh();
  expect(await console.ask('command', order({ ...all, confirm: 'test' }))).toMatchObject({
    matched: 2,
    ended: 2,
  });
  expect([...here.store.keys()].sort()).toEqual(['as-ann', 'mine', 'mine-since']);
  const named = order({ selector: { accounts: ['me', 'ann'] }, keepOwn: true });
  expect(await console.ask('command', named)).toMatchObject({ matched: 3, ended: 3 });
  // Without accounts of one's own, and without the wish, nothing is left.
  here.store.put('hers-again', { account: 'ann' });
  here.store.put('mine-again', { account: 'me' });
  await here.agent.refresh();
  const other = await here.follow({ operator: 'bob' });
  expect(await other.ask('command', order({ ...all, dryRun: true }))).toMatchObject({
    reach: { sessions: 2 },
    kept: 0,
  });
  const plain = await console.ask('command', order({ selector: { all: true }, dryRun: true }));
  expect(plain).toMatchObject({ reach: { sessions: 2, own: 1 } });
  expect(plain).not.toHaveProperty('kept');
});
