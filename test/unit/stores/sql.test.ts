import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StoreError } from '#agent/stores/store-adapter.ts';
import {
  address,
  bytesOrNull,
  seconds,
  text,
  textOrNull,
  whole,
  wholeOrNull,
} from '#agent/stores/sql/columns.ts';
import { DatabaseConfig, isPrivateLine } from '#agent/stores/sql/database-config.ts';
import { grantStatements } from '#agent/stores/sql/grants.ts';
import { EMPTY, list, name, render, sql } from '#agent/stores/sql/sql-text.ts';
import { toStoreError, within } from '#agent/stores/sql/store-errors.ts';
import { fromWall, isTimeZone, toWall } from '#agent/stores/sql/zoned-time.ts';

const never = new AbortController().signal;

describe('statements', () => {
  test('values are parameters and names are quoted, in each dialect', () => {
    const statement = sql`SELECT ${name('a', 'b`"c')} FROM ${name('t')} WHERE x = ${1} AND y IN ${list(['p', null])}${EMPTY}${sql` AND z = ${Buffer.of(1)}`}`;
    const values = [1, 'p', null, Buffer.of(1)];
    expect(render(statement, 'mysql')).toEqual({
      text: 'SELECT `a`.`b``"c` FROM `t` WHERE x = ? AND y IN (?, ?) AND z = ?',
      values,
    });
    expect(render(statement, 'postgres')).toEqual({
      text: 'SELECT "a"."b`""c" FROM "t" WHERE x = $1 AND y IN ($2, $3) AND z = $4',
      values,
    });
    expect(render(statement, 'sqlite').text).toBe(
      'SELECT "a"."b`""c" FROM "t" WHERE x = ? AND y IN (?, ?) AND z = ?',
    );
  });

  test('no value ever becomes text of a statement', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.constantFrom('mysql' as const, 'postgres' as const, 'sqlite' as const),
        (value, dialect) => {
          const { text: rendered, values } = render(sql`SELECT ${value}`, dialect);
          expect(rendered).toBe(dialect === 'postgres' ? 'SELECT $1' : 'SELECT ?');
          expect(values).toEqual([value]);
        },
      ),
    );
  });
});

describe('errors', () => {
  const grants = 'GRANT SELECT ON t TO x;';
  const coded = (code: string, message = 'secret value in here'): Error =>
    Object.assign(new Error(message), { code });
  test.each([
    ['ECONNREFUSED', 'unavailable'],
    ['ENOENT', 'unavailable'],
    ['PROTOCOL_CONNECTION_LOST', 'unavailable'],
    ['57P01', 'unavailable'],
    ['40001', 'unavailable'],
    ['53300', 'unavailable'],
    ['ER_LOCK_DEADLOCK', 'unavailable'],
    ['ER_CON_COUNT_ERROR', 'unavailable'],
    ['SQLITE_BUSY', 'unavailable'],
    ['SQLITE_CANTOPEN', 'unavailable'],
    ['ER_ACCESS_DENIED_ERROR', 'misconfigured'],
    ['ER_TABLEACCESS_DENIED_ERROR', 'misconfigured'],
    ['42501', 'misconfigured'],
    ['42P01', 'misconfigured'],
    ['28P01', 'misconfigured'],
    ['SQLITE_READONLY', 'misconfigured'],
    ['SQLITE_NOTADB', 'misconfigured'],
    ['EACCES', 'misconfigured'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'misconfigured'],
    ['42601', 'unreadable'],
  ])('%s is %s, and the driver’s own words are not passed on', (code, kind) => {
    const error = toStoreError(coded(code), 'database d', grants);
    expect(error.kind).toBe(kind);
    expect(error.message).toContain('database d');
    expect(error.message).not.toContain('secret value');
  });

  test('a missing permission comes with the statement that gives it', () => {
    expect(toStoreError(coded('42501'), 'd', grants).message).toContain(grants);
    expect(toStoreError(coded('ECONNREFUSED'), 'd', grants).message).not.toContain(grants);
    const known = new StoreError('unreadable', 'as it is');
    expect(toStoreError(known, 'd', grants)).toBe(known);
    expect(toStoreError(new Error('Connection terminated unexpectedly'), 'd', '').kind).toBe('unavailable');
  });

  test('waiting ends at once when it is cancelled or takes too long, and the work is given up', async () => {
    let given = 0;
    const giveUp = (): void => {
      given += 1;
    };
    const stuck = (): Promise<never> => new Promise(() => undefined);
    const stop = new AbortController();
    const cancelled = within(stuck, 60_000, stop.signal, 'd', giveUp);
    stop.abort(new Error('enough'));
    await expect(cancelled).rejects.toThrow('enough');
    await expect(within(stuck, 1, never, 'd', giveUp)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(given).toBe(2);
    let begun = false;
    const late = within(
      () => {
        begun = true;
        return Promise.resolve(1);
      },
      1_000,
      AbortSignal.abort(new Error('before')),
      'd',
      giveUp,
    );
    await expect(late).rejects.toThrow('before');
    expect(begun).toBe(false);
    expect(await within(() => Promise.resolve(5), 1_000, never, 'd', giveUp)).toBe(5);
  });
});

test('columns are read as what they should be or refused with their name', () => {
  expect([text('a', 'c'), text(Buffer.from('ü'), 'c'), text(5, 'c'), text(5n, 'c')]).toEqual([
    'a',
    'ü',
    '5',
    '5',
  ]);
  expect(() => text(null, 'users.name')).toThrow(/users\.name/);
  expect(() => text({}, 'c')).toThrow(StoreError);
  expect([whole('12', 'c'), whole(12.9, 'c'), whole(12n, 'c'), wholeOrNull(null, 'c')]).toEqual([
    12,
    12,
    12,
    null,
  ]);
  expect(() => whole('twelve', 'c')).toThrow(StoreError);
  expect([textOrNull(undefined, 'c'), bytesOrNull(null, 'c'), bytesOrNull('ü', 'c')?.length]).toEqual([
    null,
    null,
    2,
  ]);
  expect([seconds(0), seconds(-5), seconds(null), seconds(1e15), seconds(17)]).toEqual([
    null,
    null,
    null,
    null,
    17_000,
  ]);
  expect([address(' 192.0.2.1 '), address('2001:db8::1'), address('::ffff:10.0.0.1')]).toEqual([
    '192.0.2.1',
    '2001:db8::1',
    '::ffff:10.0.0.1',
  ]);
  for (const no of [null, '', 'unknown', '1.2.3', 'x'.repeat(100), '<script>', '192.0.2.1, 10.0.0.1'])
    expect(address(no)).toBeNull();
  for (let n = 0; n < 30_000; n += 1) address(`no address ${String(n)}`);
  expect(address('192.0.2.1')).toBe('192.0.2.1');
});

describe('times on a wall', () => {
  test('there and back in every kind of zone', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/St_Johns',
      'Asia/Kathmandu',
      'Pacific/Chatham',
      'America/Sao_Paulo',
    ];
    fc.assert(
      fc.property(fc.integer({ min: 100_000, max: 4_000_000_000 }), fc.constantFrom(...zones), (at, zone) => {
        const wall = toWall(at * 1_000, zone);
        // In the hour that is repeated in autumn two moments have the same wall.
        expect(toWall(fromWall(wall, zone) ?? -1, zone)).toBe(wall);
      }),
    );
    expect(fromWall('2026-07-01 12:00:00.500000', 'Europe/Berlin')).toBe(Date.UTC(2026, 6, 1, 10, 0, 0, 500));
    expect(fromWall('2026-01-01T12:00:00', 'Europe/Berlin')).toBe(Date.UTC(2026, 0, 1, 11));
    expect(fromWall('2026-01-01 12:00:00', 'UTC')).toBe(Date.UTC(2026, 0, 1, 12));
  });
  test('what is not a time is not one', () => {
    for (const no of ['', '0000-00-00 00:00:00', '2026-13-01 00:00:00', 'yesterday', '2026-01-01'])
      expect(fromWall(no, 'UTC')).toBeNull();
    expect([isTimeZone('Europe/Berlin'), isTimeZone('Europe/Nowhere')]).toEqual([true, false]);
  });
});

describe('configuration', () => {
  const config = (raw: unknown) => DatabaseConfig.parse(raw);
  const base = { database: 'd', user: 'u' };
  test('misspelt options are refused, names of drivers are forgiving', () => {
    expect(config({ driver: 'mariadb', ...base }).driver).toBe('mysql');
    expect(config({ driver: 'postgresql', ...base }).driver).toBe('postgres');
    expect(DatabaseConfig.safeParse({ driver: 'mysql', ...base, sockets: 'x' }).success).toBe(false);
    expect(DatabaseConfig.safeParse({ driver: 'oracle', ...base }).success).toBe(false);
  });

  test('a line is private on this machine or with TLS only', () => {
    const line = (more: object) => isPrivateLine(config({ driver: 'postgres', ...base, ...more }));
    expect([
      line({}),
      line({ host: 'localhost' }),
      line({ host: '::1' }),
      line({ socket: '/run/x' }),
      line({ host: 'db', tls: true }),
    ]).toEqual([true, true, true, true, true]);
    expect([line({ host: 'db' }), line({ host: '127.evil.example' }), line({ host: '10.0.0.1' })]).toEqual([
      false,
      false,
      false,
    ]);
    expect(isPrivateLine(config({ driver: 'sqlite', file: 'x' }))).toBe(true);
  });

  test('grants quote whatever names there are', () => {
    const tables = [{ table: 'a"b', select: ['x', 'y'], update: ['z'], delete: true }];
    expect(grantStatements(config({ driver: 'postgres', ...base, schema: 's' }), tables)).toContain(
      'GRANT SELECT ("x", "y"), UPDATE ("z"), DELETE ON "s"."a""b" TO "watchfloor";',
    );
    expect(grantStatements(config({ driver: 'mysql', ...base, host: 'db' }), tables)).toContain(
      "ON `d`.`a\"b` TO 'watchfloor'@'%';",
    );
    expect(grantStatements(config({ driver: 'sqlite', file: 'f' }), tables)).toMatch(/^-- /);
  });
});
