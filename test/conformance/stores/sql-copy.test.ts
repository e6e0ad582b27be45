import { afterAll, expect, test } from 'vitest';
import { bytesOrNull, textOrNull, wholeOrNull } from '#agent/stores/sql/columns.ts';
import type { Row, SqlAccess } from '#agent/stores/sql/sql-access.ts';
import { sql } from '#agent/stores/sql/sql-text.ts';
import { StoreError } from '#agent/stores/store-adapter.ts';
import { disposeServers } from './databases.ts';
import { paged, withTable as withTableOf } from './paged-table.ts';

// PostgreSQL's pages come by COPY in its binary form where every column's type is known, by a cursor otherwise.

const never = new AbortController().signal;
afterAll(disposeServers);

const TABLE = `CREATE TABLE t (k varchar(20) PRIMARY KEY, c char(5), t text, b bytea, i2 smallint, i4 int, i8 bigint, yes boolean, at timestamp, j json)`;
const withTable = (work: (access: SqlAccess) => Promise<void>): Promise<void> =>
  withTableOf('postgres', TABLE, work);

test('by COPY the same values come as by a question, also when they are nothing, large or odd', () =>
  withTable(async (access) => {
    const huge = Buffer.alloc(300_000, 7);
    const rows = [
      [
        'a',
        'ab',
        'Jörg 🦉 \\N \t\n',
        Buffer.from([0, 255, 10, 92]),
        -32_768,
        -1,
        '9223372036854775807',
        true,
      ],
      ['b', null, null, null, null, null, null, null],
      ['c', '', '', Buffer.alloc(0), 0, 0, '0', false],
      ['d', 'x', 'x'.repeat(100_000), huge, 32_767, 2_147_483_647, '-9223372036854775808', true],
      ['e', 'x', '\\.', Buffer.from('\\.'), 1, 1, '9007199254740991', false],
      ['f', 'x', 'PGCOPY', Buffer.from('PGCOPY\n'), 1, 1, '-9007199254740993', false],
    ] as const;
    for (const [k, c, t, b, i2, i4, i8, yes] of rows) {
      await access.run(
        sql`INSERT INTO t (k, c, t, b, i2, i4, i8, yes) VALUES (${k}, ${c}, ${t}, ${b}, ${i2}, ${i4}, CAST(CAST(${i8} AS text) AS bigint), CAST(CAST(${yes === null ? null : String(yes)} AS text) AS boolean))`,
        never,
      );
    }
    const statement = sql`SELECT k, c, t, b, i2, i4, i8, yes FROM t WHERE ${1} = 1 ORDER BY k`;
    const asked = await access.rows(sql`SELECT k, c, t, b, i2, i4, i8, yes FROM t ORDER BY k`, never);
    const copied = await paged(access, statement);
    const read = (all: readonly Row[]): unknown =>
      all.map(([k, c, t, b, i2, i4, i8, yes]) => [
        textOrNull(k, 'k'),
        textOrNull(c, 'c'),
        textOrNull(t, 't'),
        bytesOrNull(b, 'b')?.toString('hex'),
        wholeOrNull(i2, 'i2'),
        wholeOrNull(i4, 'i4'),
        textOrNull(i8, 'i8'),
        wholeOrNull(i8, 'i8'),
        yes,
      ]);
    expect(copied).toHaveLength(rows.length);
    expect(read(copied)).toEqual(read(asked));
    expect(copied.map((row) => textOrNull(row[6], 'i8'))).toEqual(rows.map(([, , , , , , i8]) => i8));
    // Values are copied out of the driver's memory, which it uses again.
    expect(copied[3]?.[3]).toEqual(huge);
  }));

test('other types and other parameters come by a cursor, and mistakes are told as ever', () =>
  withTable(async (access) => {
    await access.run(sql`INSERT INTO t (k, at, j) VALUES ('a', '2026-01-02 03:04:05', '{"a":[1]}')`, never);
    const asked = await access.rows(sql`SELECT k, at, j FROM t`, never);
    expect(await paged(access, sql`SELECT k, at, j FROM t`)).toEqual(asked);
    expect(await paged(access, sql`SELECT k FROM t WHERE k = ${'a'}`)).toEqual([['a']]);
    for (const broken of [sql`SELECT k FROM elsewhere`, sql`SELECT none FROM t`]) {
      const error = await paged(access, broken).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(StoreError);
      expect((error as StoreError).kind).toBe('misconfigured');
    }
    // In the middle of the answer.
    const middle = sql`SELECT 10 / (3 - n), CAST(n AS text) FROM generate_series(1, 5) AS n`;
    await expect(paged(access, middle)).rejects.toBeInstanceOf(StoreError);
    expect(await paged(access, sql`SELECT k FROM t`)).toEqual([['a']]);
  }));

test('a column that gets another type meanwhile is never misread, and read again at the next look', () =>
  withTable(async (access) => {
    await access.run(sql`INSERT INTO t (k, i4) VALUES ('a', 7)`, never);
    const statement = sql`SELECT k, i4 FROM t`;
    expect(await paged(access, statement)).toEqual([['a', 7]]);
    await access.run(sql`ALTER TABLE t ALTER i4 TYPE bigint USING 4294967296 + i4`, never);
    await expect(paged(access, statement)).rejects.toBeInstanceOf(StoreError);
    expect(await paged(access, statement)).toEqual([['a', 4_294_967_303]]);
  }));

test('a slow consumer holds the server back: two pages are in memory, not the table', () =>
  withTable(async (access) => {
    let waiting = 0;
    let most = 0;
    let all = 0;
    await access.pages(
      { keyColumn: 0, statement: () => sql`SELECT n, repeat('x', 1000) FROM generate_series(1, 60000) AS n` },
      async (rows) => {
        waiting += 1;
        most = Math.max(most, rows.length);
        expect(waiting).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        waiting -= 1;
        all += rows.length;
      },
      never,
    );
    expect(all).toBe(60_000);
    expect(most).toBe(1_000);
  }));
