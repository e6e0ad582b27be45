import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deleteRows } from '#agent/stores/sql/delete-rows.ts';
import { DatabaseConfig } from '#agent/stores/sql/database-config.ts';
import { openDatabase } from '#agent/stores/sql/open-database.ts';
import type { Row, SqlAccess } from '#agent/stores/sql/sql-access.ts';
import { EMPTY, list, name, sql, type Sql, type SqlValue } from '#agent/stores/sql/sql-text.ts';
import { disposeServers, testDatabase, type Engine, type TestDatabase } from './databases.ts';

const never = new AbortController().signal;
const HOSTILE = [`' OR 1=1 --`, '\\', "\\'", '`"$1?', '\u0000ende', 'ü 🦉', '', '%_', "'); DROP TABLE t; --"];
afterAll(disposeServers);

describe.each<Engine>(['mariadb', 'postgres', 'sqlite'])('SQL access on %s', (engine) => {
  let db: TestDatabase;
  let access: SqlAccess;
  beforeEach(async () => {
    db = await testDatabase(engine);
    await db.exec(`CREATE TABLE t (k varchar(190) NOT NULL PRIMARY KEY, v int)`);
    const own = engine === 'sqlite' ? db.config : { ...db.config, user: 'keeper', password: '' };
    access = openDatabase(DatabaseConfig.parse(own), '/', '');
  });
  afterEach(async () => {
    await access.close();
    await db.dispose();
  });
  const fill = async (count: number): Promise<void> => {
    for (let from = 0; from < count; from += 500) {
      const rows = Array.from({ length: Math.min(500, count - from) }, (_, n) => [
        `key ${String(from + n).padStart(6, '0')}`,
        from + n,
      ]);
      await db.exec(`INSERT INTO t (k, v) VALUES ${rows.map(() => '(?, ?)').join(', ')}`, ...rows.flat());
    }
  };
  const everything = {
    keyColumn: 0,
    statement: (after: SqlValue, limit: number | null): Sql =>
      sql`SELECT k, v FROM t${after === null ? EMPTY : sql` WHERE k > ${after}`}${limit === null ? EMPTY : sql` ORDER BY k LIMIT ${limit}`}`,
  };
  const count = async (): Promise<number> =>
    Number((await access.rows(sql`SELECT COUNT(*) FROM t`, never))[0]?.[0]);

  test('hostile values stay values, there and back', async () => {
    // PostgreSQL keeps no NUL in text; it refuses instead.
    const values = engine === 'postgres' ? HOSTILE.filter((value) => !value.includes('\u0000')) : HOSTILE;
    for (const value of values)
      expect(await access.run(sql`INSERT INTO t (k, v) VALUES (${value}, ${1})`, never)).toBe(1);
    const rows = await access.rows(sql`SELECT k FROM t WHERE k IN ${list(values)}`, never);
    expect(rows.map(([value]) => value).sort()).toEqual([...values].sort());
    for (const value of values) {
      expect(
        (await access.rows(sql`SELECT k FROM t WHERE k = ${value}`, never)).map(([found]) => found),
      ).toEqual([value]);
    }
    expect(await count()).toBe(values.length);
  });

  test('names with quotes in them are names', async () => {
    const odd = `a"b\`c d`;
    await access.run(sql`CREATE TABLE ${name(odd)} (${name(odd)} int)`, never);
    await access.run(sql`INSERT INTO ${name(odd)} (${name(odd)}) VALUES (${7})`, never);
    expect(
      (await access.rows(sql`SELECT ${name(odd)} FROM ${name(odd)}`, never)).map(([value]) => Number(value)),
    ).toEqual([7]);
  });

  test('a page is worked on while the next is read, in order of the consumer, two at a time', async () => {
    await fill(4_500);
    const seen: unknown[] = [];
    let inside = 0;
    await access.pages(
      everything,
      async (rows) => {
        inside += 1;
        expect(inside).toBe(1);
        // Other questions are answered meanwhile.
        expect(await count()).toBe(4_500);
        seen.push(...rows.map(([key]) => key));
        inside -= 1;
      },
      never,
    );
    expect(seen.length).toBe(4_500);
    expect(new Set(seen).size).toBe(4_500);
  });

  test('exactly full pages, one row and none', async () => {
    const sizes = async (): Promise<number[]> => {
      const found: number[] = [];
      await access.pages(everything, (rows) => Promise.resolve(void found.push(rows.length)), never);
      return found;
    };
    expect(await sizes()).toEqual([]);
    await fill(1);
    expect(await sizes()).toEqual([1]);
    await db.exec('DELETE FROM t');
    await fill(2_000);
    expect(await sizes()).toEqual([1_000, 1_000]);
  });

  test('a server that goes away in the middle of a listing is an error at once, and the next listing works', async () => {
    await fill(30_000);
    let pages = 0;
    const reading = access.pages(
      everything,
      async () => {
        pages += 1;
        if (pages === 1) await db.down();
      },
      never,
    );
    const error: unknown = await reading.catch((caught: unknown) => caught);
    await db.up();
    expect(error).toMatchObject({ name: 'StoreError', kind: 'unavailable' });
    expect(pages).toBeLessThan(30);
    let rows = 0;
    await access.pages(
      everything,
      (page: readonly Row[]) => Promise.resolve(void (rows += page.length)),
      never,
    );
    expect(rows).toBe(30_000);
  });

  test('a transaction that fails leaves nothing, and questions beside it wait for their turn', async () => {
    await fill(3);
    const failing = access.transaction(async (inside) => {
      await inside.run(sql`DELETE FROM t`, never);
      throw new Error('changed my mind');
    }, never);
    const beside = count();
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await beside).toBe(3);
    const sum = await access.transaction(async (inside) => {
      await inside.run(sql`UPDATE t SET v = v + ${10}`, never);
      return (await inside.rows(sql`SELECT SUM(v) FROM t`, never))[0]?.[0];
    }, never);
    expect(Number(sum)).toBe(33);
    expect(Number((await access.rows(sql`SELECT SUM(v) FROM t`, never))[0]?.[0])).toBe(33);
  });

  test('deleting says what was not there, also where the server cannot return rows', async () => {
    await fill(1_200);
    const keys = Array.from({ length: 1_200 }, (_, n) => `key ${String(n).padStart(6, '0')}`);
    const some = [...keys.slice(0, 700), 'not there'];
    const first = await deleteRows(access, name('t'), 'k', some, sql` AND v <> ${5}`, never);
    expect([...first].sort()).toEqual(['key 000005', 'not there']);
    // MySQL has no DELETE … RETURNING: the same server, taken for one.
    const old: SqlAccess = Object.assign(Object.create(access) as SqlAccess, {
      version: () => Promise.resolve('8.0.36'),
      rows: access.rows.bind(access),
      run: access.run.bind(access),
      transaction: access.transaction.bind(access),
    });
    const second = await deleteRows(old, name('t'), 'k', keys, EMPTY, never);
    expect([second.size, second.has('key 000005'), second.has('key 000006')]).toEqual([699, false, true]);
    expect(await count()).toBe(0);
    expect((await deleteRows(access, name('t'), 'k', [], EMPTY, never)).size).toBe(0);
  });

  test('cancelled questions end, and the connection is as good as new', async () => {
    const slow: Record<Engine, Sql> = {
      mariadb: sql`SELECT SLEEP(30)`,
      postgres: sql`SELECT pg_sleep(30)`,
      sqlite: sql`SELECT 1`,
    };
    const stop = new AbortController();
    const asking = access.rows(slow[engine], stop.signal);
    if (engine === 'sqlite') {
      await asking;
      return;
    }
    stop.abort(new Error('enough'));
    await expect(asking).rejects.toThrow('enough');
    expect(await count()).toBe(0);
  });
});
