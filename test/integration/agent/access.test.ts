import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { openState } from '#agent/state/state.ts';
import { epochMs } from '#shared/domain/units.ts';
import { systemClock } from '#test/support/agent-in-process.ts';
import { authOf, rawSocket, refusalOf } from '#test/support/test-console.ts';
import { of, oneAgent, order } from './parts/one-agent.ts';

const here = oneAgent();
/** As another process: `token revoke` on the command line. */
function beside<T>(work: (state: ReturnType<typeof openState>) => T): T {
  const state = openState(here.path, systemClock, false);
  try {
    return work(state);
  } finally {
    state.close();
  }
}
test('handshakes that are not right are refused with a code', async () => {
  await here.start({ caps: { perToken: 1, total: 100 } });
  const { text } = here.agent.token();
  const refusal = (auth: unknown, namespace?: string) =>
    refusalOf(rawSocket(here.agent.url, auth, namespace));
  expect(await refusal({ ...authOf(text), protocol: '2' })).toMatchObject({
    code: 'PROTOCOL_UNSUPPORTED',
    supported: ['1'],
  });
  expect(await refusal({})).toMatchObject({ code: 'PROTOCOL_UNSUPPORTED' });
  expect(await refusal(authOf('wf_nope'))).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(await refusal(authOf(`${text.slice(0, -2)}xx`))).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(await refusal({ protocol: '1', token: text })).toMatchObject({ code: 'FORBIDDEN' });
  expect(await refusal(authOf(text), '/')).toMatchObject({ code: 'FORBIDDEN' });
  await here.connect(text);
  expect(await refusal(authOf(text))).toMatchObject({ code: 'TOO_MANY_CONNECTIONS', retryAfterMs: 5_000 });
});

test('guessing tokens is slowed down', async () => {
  await here.start();
  for (let n = 0; n < 30; n++) {
    expect(await refusalOf(rawSocket(here.agent.url, authOf(`guess-${String(n)}`)))).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  }
  const refusal = await refusalOf(rawSocket(here.agent.url, authOf(here.agent.token().text)));
  expect(refusal.code).toBe('RATE_LIMITED');
  expect(refusal.retryAfterMs).toBeGreaterThan(0);
});

test('a token revoked by another process loses its connection at once, and what is logged later', async () => {
  await here.start();
  const { text, id } = here.agent.token();
  const console = await here.connect(text);
  await console.subscribe();
  expect(beside((state) => state.tokens.revoke(id))).toBe(true);
  here.store.put('secret', { account: 'ann' });
  await here.agent.refresh();
  await console.until(() => console.goodbyes.length > 0 && !console.socket.connected, 'the goodbye');
  expect(console.goodbyes[0]).toMatchObject({ code: 'TOKEN_REVOKED' });
  expect(console.changes).toEqual([]);
  expect(await refusalOf(rawSocket(here.agent.url, authOf(text)))).toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('changed scopes close the connection and count at once', async () => {
  here.store.put('a', { account: 'ann' });
  await here.start();
  const { text, id } = here.agent.token();
  const console = await here.connect(text);
  beside((state) => state.tokens.setScopes(id, ['audit:read'], []));
  // Asked before the connection is closed: the call is checked all the same.
  const answer = await Promise.race([
    console.ask('command', order({ selector: { accounts: ['ann'] } })),
    console.until(() => console.goodbyes.length > 0, 'the goodbye').then(() => null),
  ]);
  if (answer !== null) expect(answer).toMatchObject({ error: { code: 'FORBIDDEN' } });
  await console.until(() => console.goodbyes.length > 0, 'the goodbye');
  expect(console.goodbyes[0]).toMatchObject({ code: 'SCOPES_CHANGED' });
  expect(here.store.keys()).toEqual(['a']);
});

test('a token that expires loses its connection', async () => {
  await here.start();
  const console = await here.connect(here.agent.token({ expiresInMs: 1_500 }).text);
  await console.until(() => console.goodbyes.length > 0, 'the goodbye');
  expect(console.goodbyes[0]).toMatchObject({ code: 'TOKEN_REVOKED' });
});

test('every request is checked against the scopes of the token', async () => {
  here.store.put('a', { account: 'ann' });
  await here.start();
  const console = await here.connect(here.agent.token({ scopes: ['rules:read'] }).text);
  const forbidden = { ok: false, error: { code: 'FORBIDDEN' } };
  expect(await console.subscribe()).toMatchObject(forbidden);
  expect(await console.ask('history', { limit: 1 })).toMatchObject(forbidden);
  expect(await console.ask('sessions.get', { ids: ['x'] })).toMatchObject(forbidden);
  expect(await console.ask('command', order({}))).toMatchObject(forbidden);
  expect(await console.ask('command', order({ dryRun: true }))).toMatchObject(forbidden);
  expect(await console.ask('approvals.list', {})).toMatchObject(forbidden);
  expect(await console.ask('approve', { id: randomUUID(), decision: 'approve' })).toMatchObject(forbidden);
  expect(await console.ask('rules.put', { id: randomUUID(), rules: [], ifVersion: 0 })).toMatchObject(
    forbidden,
  );
  expect(await console.ask('rules.get', {})).toMatchObject({ ok: true, version: 0 });
  const revoker = await here.connect(here.agent.token({ scopes: ['sessions:read', 'sessions:revoke'] }).text);
  expect(await revoker.ask('command', order({ selector: { all: true }, confirm: 'test' }))).toMatchObject(
    forbidden,
  );
  expect(await revoker.subscribe({ want: ['audit'] })).toMatchObject(forbidden);
  expect(here.store.keys()).toEqual(['a']);
});

test('what a token may not read is left out of its stream, and the ranges still join', async () => {
  await here.start();
  const console = await here.follow({ scopes: ['sessions:read'] });
  here.store.event('e1', { action: 'login', account: { name: 'ann' } });
  here.store.put('a', { account: 'ann' });
  here.store.event('e2', { action: 'logout', account: { name: 'ben' } });
  await console.until(() => console.sessions.size === 1, 'the session');
  here.store.put('b', { account: 'ann' });
  await console.until(() => console.sessions.size === 2, 'the next session');
  expect(console.events.size).toBe(0);
  console.batches.reduce((before, batch) => {
    expect(batch.from).toBe(before + 1);
    return batch.to;
  }, console.parts[0]?.asOf ?? 0);
});

test('an own-sessions token knows nothing but its own', async () => {
  const via = (name: string) => ({ account: { id: name as never, name } });
  here.store.put('own', { account: 'ann' });
  here.store.put('as-ben', { account: 'ben', via: via('ann'), marks: ['masquerade'] });
  here.store.put('foreign', { account: 'ben' });
  here.store.event('e-own', { action: 'login', account: { id: 'ann' as never, name: 'ann' } });
  here.store.event('e-foreign', { action: 'login', account: { id: 'ben' as never, name: 'ben' } });
  here.store.event('e-nobody', { action: 'login', outcome: 'failure', account: { name: 'ann' } });
  await here.start();
  await here.agent.refresh();
  const full = await here.follow();
  const foreign = of(full, 'ben').find((id) => full.sessions.get(id)?.via === undefined) ?? '';
  const own = await here.follow({
    operator: 'ann',
    scopes: ['sessions:own', 'sessions:revoke', 'sessions:revoke-all'],
    accounts: ['ann'],
  });
  expect(
    [...own.sessions.values()].map(({ account, via: by }) => [account?.name, by?.account.name]).sort(),
  ).toEqual([
    ['ann', undefined],
    ['ben', 'ann'],
  ]);
  expect([...own.accounts.keys()]).toEqual(['ann']);
  expect(own.statuses.at(-1)?.sessions).toBe(2);
  expect(full.statuses.at(-1)?.sessions).toBe(3);
  const history = await own.ask('history', { limit: 100 });
  expect(history.ok && history.items.map(({ id }) => id)).toEqual(['e-own']);
  expect(await own.ask('sessions.get', { ids: [foreign] })).toMatchObject({
    sessions: [],
    missing: [foreign],
  });
  // A foreign one and one that never was are the same.
  expect(await own.ask('command', order({ selector: { sessions: [foreign] } }))).toMatchObject({
    error: { code: 'NOT_FOUND' },
  });
  expect(await own.ask('command', order({ selector: { sessions: ['never'] } }))).toMatchObject({
    error: { code: 'NOT_FOUND' },
  });
  expect(await own.ask('command', order({ selector: { accounts: ['ben'] } }))).toMatchObject({
    error: { code: 'NOT_FOUND' },
  });
  expect(await own.ask('command', order({ dryRun: true, selector: { all: true } }))).toMatchObject({
    reach: { sessions: 2, own: 2 },
  });

  here.store.put('foreign-2', { account: 'ben' });
  here.store.put('own-2', { account: 'ann' });
  await own.until(() => own.sessions.size === 3, 'the new one');
  expect(own.changes.every((change) => JSON.stringify(change).includes('"ann"'))).toBe(true);

  const mine = of(own, 'ann');
  expect(await own.ask('command', order({ selector: { all: true }, confirm: 'test' }))).toMatchObject({
    ended: 3,
    matched: 3,
  });
  expect([...here.store.keys()].sort()).toEqual(['foreign', 'foreign-2']);
  // One's own that ended is remembered: naming it again is no error.
  expect(await own.ask('command', order({ selector: { sessions: [mine[0]] } }))).toMatchObject({
    ok: true,
    alreadyGone: 1,
  });
});

test('big commands in a protected environment wait for another operator', async () => {
  for (let n = 0; n < 8; n++) here.store.put(`a${String(n)}`, { account: 'ann' });
  for (let n = 0; n < 2; n++) here.store.put(`b${String(n)}`, { account: 'ben' });
  const limits = { batch: 100, inFlight: 4, targets: 100, unapproved: 3, historyPage: 100 };
  await here.start({ environment: { protected: true }, limits });
  const alice = await here.follow({ operator: 'alice' });
  const sameAlice = await here.follow({ operator: 'alice' });
  const bob = await here.follow({ operator: 'bob' });
  const blind = await here.connect(
    here.agent.token({ operator: 'carl', scopes: ['sessions:own', 'commands:approve'], accounts: ['ben'] })
      .text,
  );

  expect(await alice.ask('command', order({ selector: { accounts: ['ben'] } }))).toMatchObject({
    state: 'completed',
    ended: 2,
  });
  // Two and two are more than three: what was ended a moment ago counts.
  const [first, second] = of(alice, 'ann');
  const small = order({ selector: { sessions: [first, second] } });
  expect(await alice.ask('command', small)).toMatchObject({
    state: 'pending-approval',
    matched: 2,
    ended: 0,
  });
  const big = order({ selector: { accounts: ['ann'] } });
  expect(await alice.ask('command', big)).toMatchObject({ ok: true, state: 'pending-approval', matched: 8 });
  expect(here.store.keys().length).toBe(8);

  await bob.until(
    () => bob.news.filter(({ event }) => event === 'approval.requested').length === 2,
    'the requests',
  );
  const list = await bob.ask('approvals.list', {});
  expect(list.ok && list.items.map(({ id }) => id).sort()).toEqual([small.id, big.id].sort());
  expect(list.ok && list.items.find(({ id }) => id === big.id)).toMatchObject({
    kind: 'command',
    requestedBy: { id: 'alice' },
    reach: { sessions: 8 },
  });
  expect(await blind.ask('approvals.list', {})).toEqual({ ok: true, items: [] });
  expect(blind.news).toEqual([]);
  expect(await blind.ask('approve', { id: big.id, decision: 'approve' })).toMatchObject({
    error: { code: 'NOT_FOUND' },
  });
  expect(await sameAlice.ask('approve', { id: big.id, decision: 'approve' })).toMatchObject({
    error: { code: 'FORBIDDEN' },
  });

  // Comes after the request: not frozen, not ended.
  here.store.put('a-late', { account: 'ann' });
  here.store.remove('a7');
  await bob.until(() => of(bob, 'ann').length === 8 && !here.store.has('a7'), 'the change');
  await here.agent.refresh();
  expect(await bob.ask('approve', { id: big.id, decision: 'approve' })).toMatchObject({
    ok: true,
    state: 'completed',
    ended: 7,
    alreadyGone: 1,
  });
  expect(here.store.keys()).toEqual(['a-late']);
  expect(await bob.ask('approve', { id: big.id, decision: 'deny' })).toMatchObject({
    error: { code: 'CONFLICT' },
  });
  await alice.until(
    () =>
      alice.news.some(
        ({ event, payload }) => event === 'approval.resolved' && (payload as { id: string }).id === big.id,
      ),
    'resolved',
  );
  expect(await bob.ask('approve', { id: small.id, decision: 'deny', note: 'no' })).toMatchObject({
    ok: true,
    state: 'denied',
  });
  expect(await alice.ask('command', small)).toMatchObject({ state: 'denied', replayed: true });
  expect(await bob.ask('approve', { id: randomUUID(), decision: 'approve' })).toMatchObject({
    error: { code: 'NOT_FOUND' },
  });
});

test('a request whose operator lost the scope is denied when it is approved; late decisions are STALE', async () => {
  let shift = 0;
  const clock = () => epochMs(Date.now() + shift);
  for (let n = 0; n < 5; n++) here.store.put(`a${String(n)}`, { account: 'ann' });
  const limits = { batch: 100, inFlight: 4, targets: 100, unapproved: 0, historyPage: 100 };
  await here.start({ environment: { protected: true }, limits, clock });
  const token = here.agent.token({ operator: 'alice' });
  const alice = await here.connect(token.text);
  const bob = await here.follow({ operator: 'bob' });
  const one = order({ selector: { accounts: ['ann'] } });
  const two = order({ selector: { accounts: ['ann'] }, reason: 'again' });
  await alice.ask('command', one);
  await alice.ask('command', two);
  shift = 16 * 60_000;
  expect(await bob.ask('approve', { id: two.id, decision: 'approve' })).toMatchObject({
    error: { code: 'STALE' },
  });
  expect(await bob.ask('command.get', { id: two.id })).toMatchObject({ state: 'expired' });
  shift = 0;
  const three = order({ selector: { accounts: ['ann'] }, reason: 'third' });
  await alice.ask('command', three);
  beside((state) => state.tokens.revoke(token.id));
  expect(await bob.ask('approve', { id: three.id, decision: 'approve' })).toMatchObject({
    error: { code: 'FORBIDDEN' },
  });
  expect(await bob.ask('command.get', { id: three.id })).toMatchObject({ state: 'denied', ended: 0 });
  expect(here.store.keys().length).toBe(5);
});
