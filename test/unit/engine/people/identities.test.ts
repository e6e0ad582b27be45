import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import type { WritableDb } from '#engine/mirror/database.ts';
import { edgeFinder, MOST_SHARED, readRules } from '#engine/people/identity-edges.ts';
import { link, separate, setIdentityRules, undoDecision } from '#engine/people/identities.ts';
import { csvFields, importMapping } from '#engine/people/mapping.ts';
import { settleStep } from '#engine/people/settle.ts';
import { addEnvironment } from '#test/support/environment.ts';
import { testMirror } from '#test/support/test-mirror.ts';

const COMMON = ['admin'];
function world(): WritableDb {
  const { db } = testMirror();
  for (const name of ['shop', 'intranet']) addEnvironment(db, name);
  setIdentityRules(db, { email: true, name: true, commonNames: COMMON });
  return db;
}
const add = (
  db: WritableDb,
  connection: 1 | 2,
  id: string,
  name: string,
  email: string | null = null,
  service = 0,
): void => {
  db.prepare(
    `INSERT INTO account (connection, id, name, known, roles, status, privileged, service, email)
     VALUES (?, ?, ?, 1, '[]', 'active', 0, ?, ?)`,
  ).run(connection, id, name, service, email);
};
const settle = (db: WritableDb, step = 3): void => {
  while (settleStep(db, step));
};
const people = (db: WritableDb): readonly string[] => {
  settle(db);
  return db
    .prepare(
      `SELECT group_concat(name, '+') FROM (SELECT i.person, c.name || ':' || a.id AS name FROM identity i
       JOIN account a ON a.key = i.account JOIN connection c ON c.key = a.connection ORDER BY i.account) GROUP BY person
       ORDER BY person`,
    )
    .pluck()
    .all()
    .map(String);
};
const at = (connection: string, id: string) => ({
  connection: ConnectionId.parse(connection),
  id: AccountId.parse(id),
});

test('the same name or e-mail address joins; common names, services and empty values do not', () => {
  const db = world();
  add(db, 1, '1', 'Anna');
  add(db, 2, 'a', 'anna');
  add(db, 1, '2', 'bob', 'bob@example.org');
  add(db, 2, 'b', 'robert', 'BOB@example.org');
  add(db, 1, '3', 'admin');
  add(db, 2, 'c', 'admin');
  add(db, 1, '4', 'importer', null, 1);
  add(db, 2, 'd', 'importer', null, 1);
  add(db, 1, '5', '');
  add(db, 2, 'e', '');
  expect(people(db)).toEqual([
    'shop:1+intranet:a',
    'shop:2+intranet:b',
    'shop:3',
    'intranet:c',
    'shop:4',
    'intranet:d',
    'shop:5',
    'intranet:e',
  ]);
  setIdentityRules(db, { email: false, name: true, commonNames: ['anna'] });
  expect(people(db)).toEqual([
    'shop:1',
    'intranet:a',
    'shop:2',
    'intranet:b',
    'shop:3+intranet:c',
    'shop:4',
    'intranet:d',
    'shop:5',
    'intranet:e',
  ]);
});

test('a name that too many share is no person', () => {
  const db = world();
  for (let index = 0; index <= MOST_SHARED + 1; index += 1) add(db, 1, String(index), 'shared');
  expect(people(db)).toHaveLength(MOST_SHARED + 2);
});

test('a rename moves an account to its new person and leaves the old one', () => {
  const db = world();
  add(db, 1, '1', 'anna');
  add(db, 2, 'a', 'anna');
  add(db, 2, 'b', 'berta');
  expect(people(db)).toEqual(['shop:1+intranet:a', 'intranet:b']);
  db.prepare("UPDATE account SET name = 'berta' WHERE id = '1'").run();
  expect(people(db)).toEqual(['shop:1+intranet:b', 'intranet:a']);
  db.prepare("DELETE FROM account WHERE id = '1'").run();
  expect(people(db)).toEqual(['intranet:a', 'intranet:b']);
});

test('what is decided by hand outweighs rules, and can be taken back', () => {
  const db = world();
  add(db, 1, '1', 'anna');
  add(db, 2, 'a', 'anna');
  add(db, 2, 'z', 'zoe');
  const linked = link(db, { account: at('shop', '1'), other: at('intranet', 'z') }, 10, 'me');
  expect(people(db)).toEqual(['shop:1+intranet:a+intranet:z']);
  const apart = separate(db, at('shop', '1'), 20, 'me');
  expect(people(db)).toEqual(['shop:1', 'intranet:a', 'intranet:z']);
  const again = link(db, { account: at('shop', '1'), other: at('intranet', 'z') }, 30, 'me');
  expect(people(db)).toEqual(['shop:1+intranet:z', 'intranet:a']);
  undoDecision(db, again.key, 40);
  undoDecision(db, apart.key, 50);
  expect(people(db)).toEqual(['shop:1+intranet:a+intranet:z']);
  expect(undoDecision(db, linked.key, 60).undoneAt).toBe(60);
  expect(people(db)).toEqual(['shop:1+intranet:a', 'intranet:z']);
  expect(() => link(db, { account: at('shop', '1'), other: at('shop', '1') }, 70, 'me')).toThrow(
    /with itself/,
  );
  expect(() => separate(db, at('shop', 'none'), 70, 'me')).toThrow(/no account none/);
});

test('a mapping names people; a line that names nothing is told with its number', () => {
  const db = world();
  add(db, 1, '1', 'a.meyer');
  add(db, 2, 'x', 'anna');
  const { mapped, problems } = importMapping(
    db,
    '\uFEFFenvironment,account,person\r\nshop,a.meyer,"Meyer, Anna"\r\nintranet,x,"Meyer, Anna"\r\nnowhere,x,y\nshop,none,y\nshop,1\nshop,1,""\n',
  );
  expect(mapped).toBe(2);
  expect(problems).toEqual([
    { line: 4, message: 'No environment is called “nowhere”.' },
    { line: 5, message: '“shop” has no account “none”.' },
    { line: 6, message: 'Needs three fields: environment, account, person.' },
    { line: 7, message: 'The person has no name.' },
  ]);
  expect(people(db)).toEqual(['shop:1+intranet:x']);
  importMapping(db, '');
  expect(people(db)).toEqual(['shop:1', 'intranet:x']);
});

test('CSV fields: quotes, doubled quotes, empty ones; anything else is refused', () => {
  expect(csvFields('a,b,c')).toEqual(['a', 'b', 'c']);
  expect(csvFields('"a ""x"", y",,z')).toEqual(['a "x", y', '', 'z']);
  expect(csvFields('a,b,')).toEqual(['a', 'b', '']);
  expect(csvFields('')).toEqual(['']);
  expect(csvFields('a"b,c')).toBeNull();
  expect(csvFields('"open')).toBeNull();
  fc.assert(
    fc.property(
      fc.array(
        fc.string().map((one) => one.replaceAll(/[\r\n]/g, '').trim()),
        { minLength: 1 },
      ),
      (fields) => {
        const line = fields.map((one) => `"${one.replaceAll('"', '""')}"`).join(',');
        expect(csvFields(line)).toEqual(fields);
      },
    ),
  );
});

/** What settling must come to, from nothing: connected components over the edges. */
function components(db: WritableDb): ReadonlyMap<number, number> {
  const edges = edgeFinder(db, readRules(db));
  const keys = db.prepare('SELECT key FROM account ORDER BY key').pluck().all().map(Number);
  const person = new Map(keys.map((key) => [key, key]));
  for (let changed = true; changed;) {
    changed = false;
    for (const key of keys) {
      for (const edge of edges(key)) {
        const least = Math.min(person.get(key) ?? key, person.get(edge.account) ?? edge.account);
        for (const one of [key, edge.account]) {
          if (person.get(one) !== least) {
            person.set(one, least);
            changed = true;
          }
        }
      }
    }
  }
  return person;
}

test('settled in any steps after any changes, people are the connected components of the links', () => {
  const names = ['ann', 'bea', 'cid', 'dan', 'admin'];
  const step = fc.oneof(
    fc.record({
      is: fc.constant('add' as const),
      name: fc.constantFrom(...names),
      mail: fc.option(fc.constantFrom('x@y', 'z@y')),
      where: fc.constantFrom(1 as const, 2 as const),
    }),
    fc.record({ is: fc.constant('rename' as const), which: fc.nat(9), name: fc.constantFrom(...names) }),
    fc.record({ is: fc.constant('link' as const), which: fc.nat(9), other: fc.nat(9) }),
    fc.record({ is: fc.constant('separate' as const), which: fc.nat(9) }),
    fc.record({ is: fc.constant('undo' as const), which: fc.nat(9) }),
    fc.record({ is: fc.constant('delete' as const), which: fc.nat(9) }),
    fc.record({ is: fc.constant('settle' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const db = world();
      let next = 0;
      const pick = (which: number): { connection: string; id: string } | undefined =>
        db
          .prepare(
            'SELECT c.id AS connection, a.id FROM account a JOIN connection c ON c.key = a.connection LIMIT 1 OFFSET ?',
          )
          .get(which) as { connection: string; id: string } | undefined;
      for (const [now, one] of steps.entries()) {
        if (one.is === 'add') add(db, one.where, String((next += 1)), one.name, one.mail);
        else if (one.is === 'settle') settle(db);
        else if (one.is === 'undo') {
          const key = db.prepare('SELECT key FROM identity_decision LIMIT 1 OFFSET ?').pluck().get(one.which);
          if (key !== undefined) undoDecision(db, Number(key), now);
        } else {
          const found = pick(one.which);
          if (found === undefined) continue;
          const account = at(found.connection, found.id);
          if (one.is === 'rename') {
            db.prepare('UPDATE account SET name = ? WHERE id = ?').run(one.name, found.id);
          } else if (one.is === 'delete') db.prepare('DELETE FROM account WHERE id = ?').run(found.id);
          else if (one.is === 'separate') separate(db, account, now, 'me');
          else {
            const other = pick(one.other);
            if (other !== undefined && other.id !== found.id) {
              link(db, { account, other: at(other.connection, other.id) }, now, 'me');
            }
          }
        }
      }
      settle(db);
      const settled = new Map(
        (
          db.prepare('SELECT account, person FROM identity ORDER BY account').raw().all() as [
            number,
            number,
          ][]
        ).map(([account, person]) => [account, person]),
      );
      expect(settled).toEqual(components(db));
      expect([...settled.keys()]).toEqual(db.prepare('SELECT key FROM account ORDER BY key').pluck().all());
    }),
    { numRuns: 60 },
  );
});
