import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseNetwork } from '#shared/domain/network.ts';
import { readWhere, rolesFrom, selected } from '#agent/commands/selector.ts';
import { canonical } from '#shared/domain/canonical.ts';
import type { AgentState } from '#agent/state/state.ts';
import { openState } from '#agent/state/state.ts';
import { EVERYTHING, viewerOf } from '#agent/state/viewer.ts';
import { storeKey } from '#agent/stores/store-adapter.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { Selector } from '#shared/protocol/commands.ts';
import type { Session } from '#shared/protocol/records.ts';
import { systemClock, temporaryFolder } from '#test/support/agent-in-process.ts';

let folder: ReturnType<typeof temporaryFolder>;
let state: AgentState;
const put = (id: string, account: string | null, via?: string) => {
  const session = {
    id,
    account: account === null ? null : { id: account, name: account },
    opened: { at: null, ip: null, userAgent: null },
    last: { at: null, ip: null, userAgent: null },
    expiresAt: null,
    marks: [],
    ...(via === undefined ? {} : { via: { account: { id: via, name: via } } }),
  } as unknown as Session;
  state.sessions.insert(session, state.keys.seal(storeKey(id)), epochMs(1));
};
beforeAll(() => {
  folder = temporaryFolder();
  state = openState(folder.path, systemClock);
  put('a1', 'ann');
  put('a2', 'ann');
  put('b1', 'ben');
  put('ann-as-ben', 'ben', 'ann');
  put('ben-as-ann', 'ann', 'ben');
  put('guest', null);
});
afterAll(() => {
  state.close();
  folder.remove();
});
const ids = (selector: unknown, viewer = EVERYTHING) =>
  [...selected(state, selector as Selector, viewer)].map(({ id }) => id as string).sort();

test('selects by session, account and everything', () => {
  expect(ids({ sessions: ['a1', 'a1', 'no'] })).toEqual(['a1']);
  expect(ids({ accounts: ['ann'] })).toEqual(['a1', 'a2', 'ann-as-ben']);
  expect(ids({ accounts: ['ann', 'ben'] })).toEqual(['a1', 'a2', 'ann-as-ben', 'b1', 'ben-as-ann']);
  expect(ids({ sessions: ['ben-as-ann'] })).toEqual(['ben-as-ann']);
  expect(ids({ all: true })).toEqual(['a1', 'a2', 'ann-as-ben', 'b1', 'ben-as-ann', 'guest']);
  expect(ids({ all: true, except: ['a1', 'guest'] })).toEqual(['a2', 'ann-as-ben', 'b1', 'ben-as-ann']);
});

test('an own-sessions token reaches its own and what its accounts run as others', () => {
  const ann = viewerOf(['sessions:own'], ['ann']);
  expect(ids({ all: true }, ann)).toEqual(['a1', 'a2', 'ann-as-ben', 'ben-as-ann']);
  expect(ids({ accounts: ['ben'] }, ann)).toEqual(['ben-as-ann']);
  expect(ids({ sessions: ['b1', 'guest'] }, ann)).toEqual([]);
});

test('conditions hold together, and none holds of what is not known', () => {
  const roles = (account: string) => (account === 'ann' ? ['editor'] : []);
  const where = (value: Parameters<typeof readWhere>[0]) => {
    const condition = readWhere(value, epochMs(100_000), roles);
    if (typeof condition !== 'function') throw new Error(condition.problem);
    return condition;
  };
  const row = { account: 'ann', last_at: 40_000, opened_at: 10_000, ip: '192.0.2.9' };
  const unknown = { account: null, last_at: null, opened_at: null, ip: null };
  expect(where({ idleForMs: 60_000 as never })(row)).toBe(true);
  expect(where({ idleForMs: 60_001 as never })(row)).toBe(false);
  expect(where({ openedBefore: epochMs(10_001) })(row)).toBe(true);
  expect(where({ openedBefore: epochMs(10_000) })(row)).toBe(false);
  expect(where({ anyRole: ['admin', 'editor'] })(row)).toBe(true);
  expect(where({ anyRole: ['admin'] })(row)).toBe(false);
  expect(where({ network: '192.0.2.0/28' })(row)).toBe(true);
  expect(where({ network: '192.0.2.0/28', anyRole: ['admin'] })(row)).toBe(false);
  for (const condition of [
    { idleForMs: 0 as never },
    { openedBefore: epochMs(1e15) },
    { anyRole: ['editor'] },
    { network: '0.0.0.0/0' },
  ]) {
    expect(where(condition)(unknown)).toBe(false);
  }
  expect(where(undefined)(unknown)).toBe(true);
  expect(readWhere({ network: '192.0.2.0/33' }, epochMs(1), roles)).toHaveProperty('problem');
});

test('reads networks of both families', () => {
  const inside = (network: string, address: string) => parseNetwork(network)?.(address);
  expect(inside('10.0.0.0/8', '10.200.3.4')).toBe(true);
  expect(inside('10.0.0.0/8', '11.0.0.1')).toBe(false);
  expect(inside('10.0.0.0/8', '::ffff:10.1.1.1')).toBe(true);
  expect(inside('2001:db8::/32', '2001:db8:1::1')).toBe(true);
  expect(inside('2001:db8::/32', '10.0.0.1')).toBe(false);
  expect(inside('192.0.2.1', '192.0.2.1')).toBe(true);
  expect(inside('10.0.0.0/8', 'not an address')).toBe(false);
  expect(parseNetwork('home')).toBeNull();
  expect(parseNetwork('10.0.0.0/33')).toBeNull();
});

test('roles come from the mirrored accounts', () => {
  state.accounts.put(
    {
      id: 'ann',
      name: 'ann',
      roles: ['editor'],
      status: 'active',
      privileged: false,
      service: false,
    } as never,
    null,
  );
  const rolesOf = rolesFrom(state);
  expect(rolesOf('ann')).toEqual(['editor']);
  expect(rolesOf('nobody')).toEqual([]);
});

test('equal contents are equal texts', () => {
  expect(canonical({ b: 1, a: { d: [1, { z: 1, y: 2 }], c: 2 } })).toBe(
    canonical({ a: { c: 2, d: [1, { y: 2, z: 1 }] }, b: 1 }),
  );
  expect(canonical({ a: [1, 2] })).not.toBe(canonical({ a: [2, 1] }));
});
