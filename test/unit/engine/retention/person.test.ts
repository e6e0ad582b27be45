import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import { createDetector } from '#engine/detect/detector.ts';
import { createMemory } from '#engine/detections/memory.ts';
import { createMemoryWriter } from '#engine/detections/memory-writer.ts';
import { storedKeys } from '#engine/detections/stored-keys.ts';
import { checkMirror } from '#engine/mirror/check.ts';
import { transaction, type WritableDb } from '#engine/mirror/database.ts';
import { eraseSteps, findPerson, striker } from '#engine/retention/erase.ts';
import { exportPerson } from '#engine/retention/export-person.ts';
import { fakeEvent, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { NOW, retentionWorld, type RetentionWorld } from './world.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchfloor-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const NAME = 'Zebulon.Quist';
const account = { connection: ConnectionId.parse('connection-1'), id: AccountId.parse(`id-of-${NAME}`) };
const count = (world: RetentionWorld, sql: string): number =>
  (world.rows(`SELECT count(*) AS n FROM ${sql}`)[0] as { n: number }).n;

/** What was found about him and about both, noted, decided, and done about it. */
function findings({ db }: RetentionWorld): void {
  const key = (name: string): number =>
    Number(db.prepare('SELECT key FROM account WHERE name = ?').pluck().get(name));
  const found = db
    .prepare(
      `INSERT INTO detection (connection, id, name, severity, entity_kind, entity_id, account, raised_at, last_at, found_at,
         changed_at, retrospective, summary, users, events, record)
       VALUES (1, ?, 'x', 4, 'user', 'u', ?, 1, 1, 1, 1, 0, ?, ?, 1, '{}') RETURNING key`,
    )
    .pluck();
  const his = found.get('of-him', key(NAME), 'a sign-in', '[]');
  found.get('of-many', null, 'many were tried', JSON.stringify([`id-of-${NAME}`, 'id-of-bea']));
  db.prepare("INSERT INTO triage (at, operator) VALUES (1, 'Op')").run();
  db.prepare("INSERT INTO triage_item (triage, detection, before, after) VALUES (1, ?, '{}', '{}')").run(his);
  const note = db.prepare("INSERT INTO note (subject, text, at, by) VALUES (?, ?, 1, 'Op')");
  note.run(`person/connection-1/id-of-${NAME}`, 'on leave until May');
  note.run('person/connection-1/id-of-bea', 'on leave until June');
  const session = db
    .prepare(
      `SELECT 'session/connection-1/' || h.id FROM session s JOIN handle h ON h.key = s.key
       JOIN account a ON a.key = s.account WHERE a.name = ? LIMIT 1`,
    )
    .pluck();
  for (const name of [NAME, 'bea'])
    note.run(session.get(name), `asked about ${name === NAME ? 'his' : 'her'}`);
  db.prepare(
    "INSERT INTO identity_decision (kind, account, other, at, by) VALUES ('join', ?, ?, 1, 'Op')",
  ).run(key('bea'), key(NAME));
  db.prepare("INSERT INTO detector_entity (connection, kind, id, body) VALUES (1, 'user', ?, 'packed')").run(
    `id-of-${NAME}`,
  );
  remembered(db);
}

/** What detections remember of both at one address, as bytes. */
function remembered(db: WritableDb): void {
  const detector = createDetector({ load: () => undefined });
  for (const [n, user] of [`id-of-${NAME}`, 'id-of-bea'].entries())
    detector.ingest({ id: `r${String(n)}`, ts: n, type: 'login', user, ip: '192.0.2.9' });
  const { users, addresses } = detector.state();
  const writer = createMemoryWriter(db);
  for (const slice of createMemory(db, 1, () => null, null).slices([users, addresses], null, () => 0))
    writer.write(1, slice);
}

/** Zebulon and Bea, each for some days, and everything else that could name him. */
function populated(): RetentionWorld {
  const world = retentionWorld();
  const days = Array.from({ length: 30 }, (_, n) => n);
  world.live(NAME, days);
  world.live('bea', days);
  const { db, writer } = world;
  transaction(db, () => {
    const note = (id: string, over: Record<string, unknown>): void => {
      writer.audit.write(
        1,
        fakeEvent(id, { at: NOW, account: { id: 'id-of-bea', name: 'bea' }, ...over }),
        'stream',
      );
    };
    note('typed', { account: { name: NAME.toUpperCase() }, outcome: 'failure', ip: '91.2.3.4' });
    note('by-him', { actor: { id: `id-of-${NAME}`, name: NAME } });
    note('of-him', {
      object: { kind: 'user', id: `id-of-${NAME}`, name: NAME },
      message: `bea blocked ${NAME}, at last`,
    });
    note('mail', { attributes: { to: `${NAME}@mail.example` } });
    writer.sessions.upsert(
      1,
      fakeSession('worn', {
        account: { id: 'id-of-bea', name: 'bea' },
        via: { account: { id: `id-of-${NAME}`, name: NAME } },
      }),
      NOW,
      'v',
    );
    writer.flush();
    db.prepare(
      "INSERT INTO set_aside (connection, at, kind, problem, sample) VALUES (1, 1, 'event', 'odd', ?)",
    ).run(JSON.stringify({ account: { name: NAME } }));
    findings(world);
    db.prepare(
      "INSERT INTO operation (id, previewed_at, summary, reason, operator) VALUES ('o', 1, ?, ?, 'Op')",
    ).run(`End 1 session of ${NAME}`, 'left the company');
  });
  world.seal();
  return world;
}

test('after a person was erased their name is in no byte of the file, and everybody else is still there', async () => {
  const world = populated();
  const bytes = (): string => {
    world.db.pragma('wal_checkpoint(TRUNCATE)');
    return readFileSync(join(world.profile, 'mirror.db')).toString('latin1').toLowerCase();
  };
  for (const token of ['zebulon', 'quist']) expect(bytes()).toContain(token);
  const others = count(world, "audit e JOIN account a ON a.key = e.account WHERE a.name = 'bea'");

  const erased = await world.keeper.erase(findPerson(world.db, [account]), true);
  expect(erased).toMatchObject({ events: 91, sessions: 30, accounts: 1, leftInJournal: 0 });
  expect(erased.struckOut).toBeGreaterThan(4);

  const after = bytes();
  for (const token of ['zebulon', 'quist']) expect(after).not.toContain(token);

  expect(count(world, "audit e JOIN account a ON a.key = e.account WHERE a.name = 'bea'")).toBe(others);
  expect(count(world, "session s JOIN account a ON a.key = s.account WHERE a.name = 'bea'")).toBe(31);
  expect(world.rows("SELECT message FROM audit WHERE id = 'of-him'")).toEqual([
    { message: 'bea blocked [erased], at last' },
  ]);
  expect(world.rows('SELECT text FROM note')).toEqual([
    { text: 'on leave until June' },
    { text: 'asked about her' },
  ]);
  expect(world.rows('SELECT id, users FROM detection')).toEqual([{ id: 'of-many', users: '["id-of-bea"]' }]);
  for (const table of ['triage_item', 'identity_decision']) expect(count(world, table)).toBe(0);
  // The address is still known, and that Bea was there.
  const { load } = createMemory(
    world.db,
    1,
    () => null,
    storedKeys(world.db, 1, () => undefined),
  );
  expect(load('users', `id-of-${NAME}`)).toBeUndefined();
  expect(load('users', 'id-of-bea')).toMatchObject({ state: { profile: { logins: 1 } } });
  expect(load('addresses', '192.0.2.9')).toMatchObject({
    state: { successes: [{ user: '[erased]' }, { user: 'id-of-bea' }] },
  });
  expect(world.rows('SELECT summary FROM operation')).toEqual([{ summary: 'End 1 session of [erased]' }]);
  expect(checkMirror(world.profile)).toMatchObject({ ok: true, value: { faults: [] } });
  expect(world.rows('SELECT cause, kind, rows > 0 AS some, detail FROM retention_run')).toEqual([
    { cause: 'person', kind: 'person', some: 1, detail: '{"accounts":1}' },
  ]);
  // And life goes on.
  world.live('bea', [31]);
  expect(checkMirror(world.profile)).toMatchObject({ ok: true, value: { faults: [] } });
});

test('the journal is left as it is, and what it still names is counted', () => {
  const world = populated();
  world.db
    .prepare(
      "INSERT INTO journal (seq, at, action, key, body, hash, signature) VALUES (1, 1, 'x', 'k', ?, 'h', 's')",
    )
    .run(JSON.stringify({ subject: { name: NAME } }));
  const done = { events: 0, sessions: 0, accounts: 0, struckOut: 0, leftInJournal: 0 };
  for (const step of eraseSteps(world.db, findPerson(world.db, [account]), done, { letGo: () => undefined }))
    transaction(world.db, step);
  expect(done.leftInJournal).toBe(1);
  expect(JSON.stringify(world.rows('SELECT body FROM journal'))).toContain(NAME);
});

test('what a person is given is everything about them and nothing about others', () => {
  const world = populated();
  const file = join(folder, 'person.ndjson');
  const steps = exportPerson(world.db, findPerson(world.db, [account]), file);
  let end = steps.next();
  while (end.done !== true) end = steps.next();
  const records = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(end.value).toBe(records.length);
  const of = (record: string): Record<string, unknown>[] => records.filter((one) => one['record'] === record);
  expect(of('account')).toMatchObject([{ id: `id-of-${NAME}`, email: `${NAME}@mail.example` }]);
  expect(of('session')).toHaveLength(31);
  const own = of('event').filter((one) => one['mentionedOnly'] !== true);
  expect(own).toHaveLength(91);
  expect(own.every(({ accountName }) => String(accountName).toLowerCase() === NAME.toLowerCase())).toBe(true);
  const mentions = of('event').filter((one) => one['mentionedOnly'] === true);
  expect(mentions.map(({ id }) => id).sort()).toEqual(['by-him', 'mail', 'of-him']);
  // And what every other table holds: what erasing would delete or change.
  expect(of('detection')).toMatchObject([{ row: { id: 'of-him' } }, { row: { id: 'of-many' } }]);
  expect(JSON.stringify(of('detection'))).not.toContain('bea');
  expect(of('note')).toMatchObject([
    { row: { text: 'on leave until May' } },
    { row: { text: 'asked about his' } },
  ]);
  for (const record of ['operation', 'set_aside']) expect(of(record)).toHaveLength(1);
  expect(of('detector_entity')).toMatchObject([
    { row: { body: 'packed' } },
    { row: { kind: 'users', body: { state: { profile: { logins: 1 } } } } },
  ]);
  // A second one never overwrites the first.
  expect(() => exportPerson(world.db, findPerson(world.db, [account]), file).next()).toThrow('EEXIST');
});

test('names are struck out as whole words, in any case, the longest first', () => {
  const strike = striker(['Ann', 'Ann.Other', 'é.ü']);
  expect(strike('ann, ANN.OTHER and Anna; planning É.Ü')).toBe(
    '[erased], [erased] and Anna; planning [erased]',
  );
  expect(striker([])('Ann')).toBe('Ann');
});

test('accounts that the mirror does not know are nobody', () => {
  const world = retentionWorld();
  expect(findPerson(world.db, [account])).toEqual({ accounts: [], texts: [], ids: [] });
});
