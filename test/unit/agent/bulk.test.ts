import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFlags } from '#agent/poll/flags.ts';
import { toBulkPage } from '#agent/poll/bulk-page.ts';
import { factsJson } from '#agent/poll/facts-json.ts';
import { toFacts, toSession } from '#agent/poll/to-wire.ts';
import { PAGE_BYTES } from '#agent/state/bulk/bulk-page.ts';
import type { AgentState } from '#agent/state/state.ts';
import { openState } from '#agent/state/state.ts';
import { storeKey, type StoredSession } from '#agent/stores/store-adapter.ts';
import type { AccountId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { temporaryFolder } from '#test/support/agent-in-process.ts';

const flags = createFlags({
  privileged: { roles: [], accounts: ['boss'] },
  services: { roles: [], accounts: [] },
});
flags.judge({ id: 'boss', name: 'boss', roles: [] });
const text = fc.string({ unit: 'binary', maxLength: 40 });
const time = fc.option(fc.nat().map((value) => epochMs(value)));
const sighting = fc.record({ at: time, ip: fc.option(text), userAgent: fc.option(text) });
const account = fc.record({ id: fc.oneof(text, fc.constant('boss')), name: text }).map((value) => ({
  ...value,
  id: value.id as AccountId,
}));
const session: fc.Arbitrary<StoredSession> = fc
  .record({
    key: text.map(storeKey),
    account: fc.option(account),
    opened: sighting,
    last: sighting,
    expiresAt: time,
    marks: fc.array(fc.constantFrom('mfa' as const, 'sso' as const), { maxLength: 2 }),
    via: fc.option(account),
    replaces: fc.option(text.map(storeKey)),
    attributes: fc.option(fc.dictionary(text, text, { maxKeys: 3 })),
  })
  .map(({ via, replaces, attributes, ...rest }) => ({
    ...rest,
    ...(via === null ? {} : { via: { account: via } }),
    ...(replaces === null ? {} : { replaces }),
    ...(attributes === null ? {} : { attributes }),
  }));

const NOW = epochMs(1_760_000_000_123);
let folder: ReturnType<typeof temporaryFolder>;
let state: AgentState;
beforeEach(() => {
  folder = temporaryFolder();
  state = openState(folder.path, () => NOW);
});
afterEach(() => {
  state.close();
  folder.remove();
});

test('facts are written member for member as JSON.stringify writes them', () => {
  fc.assert(
    fc.property(session, (stored) => {
      const facts = toFacts(stored, state.keys, flags);
      expect(`{${factsJson(facts)}`).toBe(JSON.stringify(facts));
    }),
  );
});

async function list(sessions: readonly StoredSession[], roomBytes: number): Promise<void> {
  const listing = state.listing();
  for (let from = 0; from < sessions.length;) {
    const room = listing.room().subarray(0, roomBytes);
    const { page, next } = toBulkPage(sessions, from, state.keys, flags, room);
    expect(next).toBeGreaterThan(from);
    await listing.add(page);
    from = next;
  }
  await listing.finish();
  state.sessions.recount();
}

test('a first listing leaves what single inserts leave, also in several pages, and nothing of before', async () => {
  const sessions = fc.sample(session, { numRuns: 137, seed: 5 }).map((one, index) => ({
    ...one,
    key: storeKey(`${String(index)} ${one.key}`),
  }));
  await list(sessions.slice(0, 30), PAGE_BYTES);
  await list(sessions, 12_000);
  const all = state.sessions.after(0, 1_000);
  expect(all.length).toBe(sessions.length);
  for (const stored of sessions) {
    const expected = toSession(stored, state.keys, flags);
    const row = state.sessions.get(expected.id);
    expect(row?.record).toBe(JSON.stringify(expected));
    expect(state.keys.unseal(row?.sealed ?? Buffer.alloc(0))).toBe(stored.key);
    expect(row).toMatchObject({
      account: expected.account?.id ?? null,
      via: expected.via?.account.id ?? null,
      opened_at: expected.opened.at,
      last_at: expected.last.at,
      expires_at: expected.expiresAt,
      ip: expected.last.ip ?? expected.opened.ip,
      pending: 0,
      first_seen_at: NOW,
      reported_at: 0,
    });
    const owner = expected.account?.id;
    if (owner !== undefined)
      expect(state.sessions.byAccount(owner).some(({ id }) => id === expected.id)).toBe(true);
  }
});

test('of a session that a listing names twice the later reading counts', async () => {
  const [one, two] = fc.sample(session, { numRuns: 2, seed: 9 }).map((each) => ({
    ...each,
    key: storeKey('the same'),
  }));
  if (one === undefined || two === undefined) throw new Error('no sample');
  await list([one, two], PAGE_BYTES);
  expect(state.sessions.after(0, 10).map(({ record }) => record)).toEqual([
    JSON.stringify(toSession(two, state.keys, flags)),
  ]);
});
