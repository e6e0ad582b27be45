import { afterAll, expect, test } from 'vitest';
import type { SqlAccess } from '#agent/stores/sql/sql-access.ts';
import { sql } from '#agent/stores/sql/sql-text.ts';
import { StoreError } from '#agent/stores/store-adapter.ts';
import { disposeServers } from './databases.ts';
import { paged, withTable as withTableOf } from './paged-table.ts';

// MariaDB's pages are read straight from the connection where every column's type is known, by the driver otherwise.

const never = new AbortController().signal;
afterAll(disposeServers);

const TABLE = `CREATE TABLE t (k varchar(20) CHARACTER SET ascii PRIMARY KEY, c char(5), t longtext, b longblob, v varbinary(20),
       i1 tinyint, i4 int unsigned, i8 bigint, u8 bigint unsigned, d decimal(30, 5), at datetime(6), day date, f double, j json)`;
const withTable = (work: (access: SqlAccess) => Promise<void>): Promise<void> =>
  withTableOf('mariadb', TABLE, work);

test('the same values come as by a question, also when they are nothing, large or odd', () =>
  withTable(async (access) => {
    const rows = [
      ['a', 'ab', 'Jörg 🦉 \0\t\n', Buffer.from([0, 255, 254, 251]), Buffer.from([255]), -128, 4294967295],
      ['b', null, null, null, null, null, null],
      ['c', '', '', Buffer.alloc(0), Buffer.alloc(0), 0, 0],
      ['d', 'x', 'x'.repeat(100_000), Buffer.alloc(300_000, 254), Buffer.from('\xfe\xff', 'latin1'), 127, 1],
    ] as const;
    const numbers = ['9223372036854775807', '-9223372036854775808', '9007199254740991', '-9007199254740993'];
    for (const [index, [k, c, t, b, v, i1, i4]] of rows.entries())
      await access.run(
        sql`INSERT INTO t VALUES (${k}, ${c}, ${t}, ${b}, ${v}, ${i1}, ${i4}, ${numbers[index] ?? null},
          ${'18446744073709551615'}, ${'-12345678901234567890.12345'}, ${'2026-01-02 03:04:05.678'}, ${'2026-01-02'}, ${0.5}, NULL)`,
        never,
      );
    const known = sql`SELECT k, c, t, b, v, i1, i4, i8, u8, d, at, day, YEAR(day), COUNT(*) OVER () FROM t ORDER BY k`;
    const read = await paged(access, known);
    expect(read).toHaveLength(rows.length);
    expect(read).toEqual(await access.rows(known, never));
    expect(read.map((row) => String(row[7]))).toEqual(numbers);
    // A column that only the driver can read.
    const driven = sql`SELECT k, f, j FROM t ORDER BY k`;
    expect(await paged(access, driven)).toEqual(await access.rows(driven, never));
    expect(await paged(access, sql`SELECT k FROM t WHERE k = ${'a'}`)).toEqual([['a']]);
    expect(await paged(access, sql`SELECT k FROM t WHERE 1 = 0`)).toEqual([]);
  }));

test('a row of more than 16 MB comes whole, between others', () =>
  withTable(async (access) => {
    const large = Buffer.alloc(17 * 1024 * 1024, 7);
    await access.run(sql`INSERT INTO t (k, b) VALUES ('a', 'x'), ('b', ${large}), ('c', 'y')`, never);
    const rows = await paged(access, sql`SELECT k, b FROM t ORDER BY k`);
    expect(rows.map(([k]) => k)).toEqual(['a', 'b', 'c']);
    expect(large.equals(rows[1]?.[1] as Buffer)).toBe(true);
    // As the first column its length is what a row's end begins with.
    const [first] = await paged(access, sql`SELECT b, k FROM t WHERE k = 'b'`);
    expect(first?.[1]).toBe('b');
  }));

test('mistakes are told as ever, before the rows and among them, and listings that overlap wait for each other', () =>
  withTable(async (access) => {
    await access.run(sql`INSERT INTO t (k) VALUES ('a')`, never);
    for (const broken of [sql`SELECT k FROM elsewhere`, sql`SELECT none FROM t`]) {
      const error = await paged(access, broken).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(StoreError);
      expect((error as StoreError).kind).toBe('misconfigured');
    }
    const middle = sql`SELECT seq, (SELECT seq FROM seq_1_to_2 WHERE 5000 < seqs.seq OR seq = 1) FROM seq_1_to_9000 seqs`;
    await expect(paged(access, middle)).rejects.toBeInstanceOf(StoreError);
    const many = sql`SELECT seq, REPEAT('x', 300) FROM seq_1_to_9000`;
    const [all, one] = await Promise.all([paged(access, many), paged(access, sql`SELECT k FROM t`)]);
    expect(all.map(([n]) => n)).toEqual(Array.from({ length: 9_000 }, (_, index) => index + 1));
    expect(one).toEqual([['a']]);
  }));

test('a slow consumer holds the server back: two pages are in memory, not the table', () =>
  withTable(async (access) => {
    let waiting = 0;
    let most = 0;
    let all = 0;
    await access.pages(
      { keyColumn: 0, statement: () => sql`SELECT seq, REPEAT('x', 1000) FROM seq_1_to_60000` },
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
