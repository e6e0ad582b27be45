import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFlags } from '#agent/poll/flags.ts';
import { RoomSessions } from '#agent/poll/room-session.ts';
import { BulkRoom, ownerHash, ROOM_BYTES } from '#agent/state/bulk/bulk-room.ts';
import { roomForRecord, writeRecord } from '#agent/state/bulk/record-bytes.ts';
import { toFacts, toSession } from '#agent/poll/to-wire.ts';
import type { AgentState } from '#agent/state/state.ts';
import { openState } from '#agent/state/state.ts';
import { storeKey, type StoredSession } from '#agent/stores/store-adapter.ts';
import { EVERYTHING, sees, viewerOf } from '#agent/state/viewer.ts';
import { openSnapshot } from '#agent/server/snapshot-reader.ts';
import type { AccountId, SessionId } from '#shared/domain/ids.ts';
import type { Session } from '#shared/protocol/records.ts';
import { epochMs } from '#shared/domain/units.ts';
import { temporaryFolder } from '#test/support/agent-in-process.ts';

const flags = createFlags({
  privileged: { roles: [], accounts: ['boss'] },
  services: { roles: [], accounts: [] },
});
flags.judge({ id: 'boss', name: 'boss', roles: [] });
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ minLength: 250, maxLength: 260 }),
);
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
    marks: fc.array(fc.constantFrom('mfa' as const, 'sso' as const), { maxLength: 1 }),
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

test('records are written byte for byte as JSON.stringify writes them', () => {
  const room = new BulkRoom(new ArrayBuffer(ROOM_BYTES));
  const sessions = new RoomSessions(state.keys, flags);
  fc.assert(
    fc.property(fc.array(session, { minLength: 1, maxLength: 4 }), (several) => {
      room.clear();
      for (const stored of several) expect(room.add(sessions.of(stored))).toBe(true);
      several.forEach((stored, index) => {
        const facts = toFacts(stored, state.keys, flags);
        const into = Buffer.alloc(roomForRecord(room, index) + 5);
        const end = writeRecord(room, index, into, 5);
        expect(into.toString('utf8', 5, end)).toBe(JSON.stringify(facts).slice(1));
        expect(room.text.toString('utf8', room.startOf(index), room.endOf(index, 0))).toBe(
          Buffer.from(stored.key).toString('utf8'),
        );
        expect([room.ownerOf(index), room.viaOf(index)]).toEqual([
          ownerHash(facts.account?.id ?? null),
          ownerHash(facts.via?.account.id ?? null),
        ]);
      });
    }),
  );
});

test('the times of records are written as numbers are', () => {
  const room = new BulkRoom(new ArrayBuffer(ROOM_BYTES));
  const sessions = new RoomSessions(state.keys, flags);
  const [sample] = fc.sample(session, { numRuns: 1, seed: 1 });
  if (sample === undefined) throw new Error('no sample');
  const large = fc.oneof(fc.maxSafeNat(), fc.nat(), fc.constantFrom(0, 9, 10, 9_999_999, 10_000_000));
  fc.assert(
    fc.property(large, (value) => {
      const stored = { ...sample, expiresAt: epochMs(value) };
      room.clear();
      room.add(sessions.of(stored));
      const into = Buffer.alloc(roomForRecord(room, 0));
      const record = `{${into.toString('utf8', 0, writeRecord(room, 0, into, 0))}`;
      expect(record).toBe(JSON.stringify(toFacts(stored, state.keys, flags)));
    }),
  );
});

async function list(sessions: readonly StoredSession[], writer: AgentState = state): Promise<void> {
  const listing = writer.listing();
  const made = new RoomSessions(writer.keys, flags);
  for (const one of sessions) {
    if (listing.room().add(made.of(one))) continue;
    await listing.add();
    expect(listing.room().add(made.of(one))).toBe(true);
  }
  await listing.add();
  writer.adopt(await listing.finish());
}
const samples = (count: number, seed: number): readonly StoredSession[] =>
  fc.sample(session, { numRuns: count, seed }).map((one, index) => ({
    ...one,
    key: storeKey(`${String(index)} ${one.key}`),
  }));

test('a first listing leaves what single inserts leave, also in several pages, and nothing of before', async () => {
  const sessions = samples(2_137, 5);
  await list(sessions.slice(0, 30));
  await list(sessions);
  const all = state.sessions.after(0, 10_000);
  expect(readdirSync(folder.path).filter((name) => name.endsWith('.sessions')).length).toBe(1);
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
  }
  const wire = sessions.map(wireOf);
  for (const owner of new Set(wire.map((one) => one.account?.id))) {
    if (owner === undefined) continue;
    const theirs = wire.filter((one) => one.account?.id === owner);
    expect(state.sessions.byAccount(owner).map(({ id }) => id)).toEqual(theirs.map(({ id }) => id));
  }
});

test('of a session that a listing names twice the later reading counts', async () => {
  const [one, two] = fc.sample(session, { numRuns: 2, seed: 9 }).map((each) => ({
    ...each,
    key: storeKey('the same'),
  }));
  if (one === undefined || two === undefined) throw new Error('no sample');
  await list([one, two]);
  expect(state.sessions.after(0, 10).map(({ record }) => record)).toEqual([
    JSON.stringify(toSession(two, state.keys, flags)),
  ]);
});

const idsOf = (from: AgentState): readonly string[] => from.sessions.after(0, 10_000).map(({ id }) => id);
const whose = ({ account, via }: Session) => ({
  account: account?.id ?? null,
  via: via?.account.id ?? null,
});
const wireOf = (stored: StoredSession) => toSession(stored, state.keys, flags);

test('listed sessions change, end and are joined by others, as single rows do, and a restart finds all of it', async () => {
  const sessions = samples(40, 3);
  await list(sessions);
  const ids = sessions.map((one) => wireOf(one).id);
  const [changed, gone, both] = [sessions[3], sessions[7], sessions[11]].map((one) =>
    wireOf(one as StoredSession),
  );
  if (changed === undefined || gone === undefined || both === undefined) throw new Error('no sample');
  const number = (id: SessionId): number => state.sessions.numberOf(id) ?? 0;
  const newer = { ...changed, marks: ['mfa' as const] };
  state.transaction(() => {
    state.sessions.update(number(changed.id), newer, NOW);
    state.sessions.remove(number(gone.id));
    state.sessions.update(number(both.id), both, null);
    state.sessions.remove(number(both.id));
    state.sessions.insert({ ...gone, id: 'new' as SessionId }, state.keys.seal(storeKey('new')), NOW);
  });
  const rows = [...ids.filter((id) => id !== gone.id && id !== both.id), 'new'];
  const look = (at: AgentState): void => {
    expect(idsOf(at)).toEqual(rows);
    expect(at.sessions.count(EVERYTHING)).toBe(rows.length);
    expect(at.sessions.get(changed.id)).toMatchObject({
      n: 4,
      record: JSON.stringify(newer),
      first_seen_at: NOW,
      reported_at: NOW,
    });
    expect(at.keys.unseal(at.sessions.get(changed.id)?.sealed ?? Buffer.alloc(0))).toBe(sessions[3]?.key);
    expect(at.sessions.get(gone.id)).toBeUndefined();
    expect(at.sessions.numberOf(both.id)).toBeUndefined();
    expect(at.sessions.highest()).toBe(41);
    const found = at.sessions.numbers(0, (n) => n % 2 === 0);
    expect(found.found).toEqual(
      [...Array(20).keys()].map((n) => 2 * n + 2).filter((n) => n !== 8 && n !== 12),
    );
  };
  look(state);
  state.close();
  state = openState(folder.path, () => NOW);
  look(state);
});

test('what a failed transaction did to listed sessions is taken back', async () => {
  const sessions = samples(10, 4);
  await list(sessions);
  const before = idsOf(state);
  expect(() =>
    state.transaction(() => {
      state.sessions.remove(2);
      state.sessions.update(3, wireOf(sessions[2] as StoredSession), NOW);
      expect(state.sessions.count(EVERYTHING)).toBe(9);
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(idsOf(state)).toEqual(before);
  expect(state.sessions.count(EVERYTHING)).toBe(10);
  expect(state.sessions.row(3)?.reported_at).toBe(0);
});

test('named sessions are read together as each is alone, near to one another and far', async () => {
  const sessions = samples(300, 5);
  await list(sessions);
  const ids = sessions.map((one) => wireOf(one).id);
  state.transaction(() => state.sessions.remove(state.sessions.numberOf(ids[4] as SessionId) ?? 0));
  const asked = ids.filter((_, at) => at < 20 || at % 37 === 0).toReversed();
  const found = state.sessions.named(new Set([...asked, 'nobody' as SessionId]));
  expect(found.map(({ id }) => id)).toEqual(asked.toReversed().filter((id) => id !== ids[4]));
  for (const row of found) {
    const { n, id, account, via, record, sealed } = row;
    const alone = state.sessions.get(id);
    expect({ n, account, via, record, key: state.keys.unseal(sealed) }).toEqual({
      n: alone?.n,
      account: alone?.account,
      via: alone?.via,
      record: alone?.record,
      key: state.keys.unseal(alone?.sealed ?? Buffer.alloc(0)),
    });
    const session = JSON.parse(record) as Session;
    expect([account, via]).toEqual([session.account?.id ?? null, session.via?.account.id ?? null]);
  }
});

test('listed sessions that an older version noted as gone, one in a row, stay gone', async () => {
  const sessions = samples(20, 6);
  await list(sessions);
  const before = idsOf(state);
  state.db.exec(
    `CREATE TABLE listed_left (n INTEGER PRIMARY KEY) STRICT; INSERT INTO listed_left VALUES (2), (3), (17);
     DROP TABLE listed_left_together; PRAGMA user_version = 14`,
  );
  state.close();
  state = openState(folder.path, () => NOW);
  expect(idsOf(state)).toEqual(before.filter((_, at) => ![1, 2, 16].includes(at)));
  expect(state.sessions.count(EVERYTHING)).toBe(17);
});

test('a snapshot holds the listed sessions as they were when it was opened, also for one’s own alone', async () => {
  const sessions = samples(1_500, 6);
  await list(sessions);
  const viewer = viewerOf(['sessions:own'], ['boss']);
  const want = new Set(['sessions'] as const);
  const all = openSnapshot(state, viewerOf(['sessions:read'], []), want, 500);
  const own = openSnapshot(state, viewer, want, 500);
  const theirs = sessions.map(wireOf).filter((one) => sees(viewer, whose(one)));
  expect(theirs.length).toBeGreaterThan(10);
  expect(state.sessions.count(viewer)).toBe(theirs.length);
  state.transaction(() => {
    for (let n = 1; n < 700; n += 1) state.sessions.remove(n);
  });
  await list(sessions.slice(0, 3));
  const read = (from: typeof all): readonly string[] => {
    const ids: string[] = [];
    for (let part = from.next(); part !== null; part = from.next())
      ids.push(...part.sessions.map(({ id }) => id));
    return ids;
  };
  expect(read(all)).toEqual(sessions.map((one) => wireOf(one).id));
  expect(new Set(read(own))).toEqual(new Set(theirs.map(({ id }) => id)));
});

test.each([
  ['gone', (path: string) => rmSync(path)],
  ['cut off', (path: string) => truncateSync(path, 300)],
  ['empty', (path: string) => truncateSync(path, 0)],
] as const)('a listing that is %s is read anew, under a new numbering', async (_what, spoil) => {
  await list(samples(10, 8));
  state.meta.set('baseline', '1');
  state.transaction(() => state.sessions.remove(2));
  const epoch = state.epoch.current();
  state.close();
  const file = readdirSync(folder.path).find((name) => name.endsWith('.sessions')) ?? '';
  spoil(join(folder.path, file));
  state = openState(folder.path, () => NOW);
  expect(state.epoch.renewedBecause).toMatch(/listing .* damaged or gone/);
  expect(state.epoch.current()).not.toBe(epoch);
  expect([idsOf(state), state.meta.get('baseline')]).toEqual([[], null]);
  await list(samples(5, 8));
  expect(idsOf(state).length).toBe(5);
});

test('a listing that was given up leaves nothing behind', async () => {
  await list(samples(5, 1));
  const given = state.listing();
  given.room().add(new RoomSessions(state.keys, flags).of(samples(1, 2)[0] as StoredSession));
  await given.add();
  await given.abort();
  state.close();
  state = openState(folder.path, () => NOW);
  expect(readdirSync(folder.path).filter((name) => name.endsWith('.sessions'))).toEqual([]);
  expect(idsOf(state)).toEqual([]);
});
