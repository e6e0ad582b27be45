import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreError, type StoreCursor, type StoredEvent } from '#agent/stores/store-adapter.ts';
import { PhpObject, phpSession } from '#test/support/php-serialize.ts';
import { disposeServers, type Engine } from './databases.ts';
import { allKeys, listAll } from './reading.ts';
import { drupalWorld, type DrupalWorld } from './worlds/drupal-world.ts';

const never = new AbortController().signal;
const now = Math.trunc(Date.now() / 1_000) * 1_000;
const visit = { at: now - 60_000, ip: '203.0.113.9', userAgent: 'Firefox' };
afterAll(disposeServers);

describe.each<Engine>(['mariadb', 'postgres', 'sqlite'])('Drupal on %s', (engine) => {
  let world: DrupalWorld;
  let anna: string;
  let joerg: string;
  beforeEach(async () => {
    world = await drupalWorld(engine);
    await world.adapter.open(never);
    anna = await world.addPerson({ name: 'Anna', email: 'a@example.org', roles: [] });
    joerg = await world.addPerson({ name: 'Jörg 🦉', email: 'j@example.org', roles: [] });
  });
  afterEach(async () => {
    await world.adapter.close();
    await world.dispose();
  });
  const read = async (cursor: StoreCursor | null, limit = 1_000) => {
    const page = await world.adapter.events?.(cursor, limit, never);
    if (page === undefined) throw new Error('no log');
    return page;
  };
  const brief = (events: readonly StoredEvent[]) =>
    events.map(({ action, outcome, reason, account }) => [
      action,
      outcome,
      reason ?? null,
      account?.id ?? null,
      account?.name ?? null,
    ]);

  test('one-time logins and masquerades are marked; the person behind is named', async () => {
    const secret = 'pass reset secret 1234567890';
    const once = await world.signIn(anna, visit);
    await world.writeRow(
      once,
      anna,
      visit,
      phpSession({
        _sf2_attributes: { uid: anna, [`pass_reset_${anna}`]: secret },
        _sf2_meta: world.meta(visit.at),
      }),
    );
    const as = await world.signIn(joerg, visit);
    await world.writeRow(
      as,
      joerg,
      visit,
      phpSession({
        _sf2_attributes: { uid: joerg },
        _sf2_meta: world.meta(visit.at, { masquerading: Number(anna) }),
      }),
    );
    const gone = await world.signIn(joerg, visit);
    await world.writeRow(
      gone,
      joerg,
      visit,
      phpSession({ _sf2_meta: world.meta(visit.at, { masquerading: '777' }) }),
    );
    const { sessions } = await listAll(world.adapter);
    const of = (key: string) => sessions.find((session) => session.key === key);
    expect(of(once)).toMatchObject({ marks: ['one-time-login'], account: { id: anna } });
    expect(of(as)).toMatchObject({
      marks: ['masquerade'],
      account: { id: joerg },
      via: { account: { id: anna, name: 'Anna' } },
    });
    expect(of(gone)).toMatchObject({ marks: ['masquerade'], via: { account: { id: '777', name: '777' } } });
    expect(JSON.stringify(sessions)).not.toContain(secret);
  });

  test('the log tells sign-ins, sign-outs and failures, with accounts found by name', async () => {
    const log: DrupalWorld['log'] = (...row) => world.log(...row);
    await log(anna, 'user', 'Session opened for %name.', { '%name': 'Anna' }, now - 50_000, '192.0.2.1');
    await log('0', 'user', 'Login attempt failed for %user.', { '%user': 'aNNa' }, now - 49_000, '192.0.2.2');
    await log(
      '0',
      'user',
      'Login attempt failed for %user.',
      { '%user': 'Jörg 🦉' },
      now - 48_000,
      '192.0.2.2',
    );
    await log(
      '0',
      'user',
      'Login attempt failed for %user.',
      { '%user': `nobody' OR 1=1 --` },
      now - 47_000,
      '192.0.2.2',
    );
    await log(
      '0',
      'user',
      'Login attempt failed from %ip.',
      { '%ip': '192.0.2.3' },
      now - 46_000,
      '192.0.2.3',
    );
    await log(
      '0',
      'user',
      'Flood control blocked login attempt for uid %uid from %ip',
      { '%uid': joerg, '%ip': '192.0.2.4' },
      now - 45_000,
      '192.0.2.4',
    );
    await log(
      '0',
      'user',
      'Flood control blocked login attempt from %ip',
      { '%ip': '192.0.2.4' },
      now - 44_000,
      '192.0.2.4',
    );
    await log(anna, 'user', 'Session closed for %name.', { '%name': 'Anna' }, now - 43_000, '192.0.2.1');
    const { events, more, cleared } = await read(null);
    const sameCase = engine === 'postgres' ? null : anna;
    expect(brief(events)).toEqual([
      ['login', 'success', null, anna, 'Anna'],
      ['login', 'failure', 'bad-password', sameCase, 'aNNa'],
      ['login', 'failure', 'bad-password', joerg, 'Jörg 🦉'],
      ['login', 'failure', 'bad-password', null, `nobody' OR 1=1 --`],
      ['login', 'failure', 'unknown-account', null, null],
      ['login', 'failure', 'locked-out', joerg, 'Jörg 🦉'],
      ['login', 'failure', 'locked-out', null, null],
      ['logout', 'success', null, anna, 'Anna'],
    ]);
    expect(events.map(({ ip }) => ip)).toEqual([
      '192.0.2.1',
      '192.0.2.2',
      '192.0.2.2',
      '192.0.2.2',
      '192.0.2.3',
      '192.0.2.4',
      '192.0.2.4',
      '192.0.2.1',
    ]);
    expect(events[0]?.at).toBe(now - 50_000);
    expect([more, cleared]).toEqual([false, false]);
  });

  test('what people did is activity, without a secret; what the site did by itself is not', async () => {
    const token = 'Zx9'.repeat(15);
    await world.log(
      anna,
      'content',
      '@type: updated %title.',
      { '@type': 'article', '%title': 'Über <em>uns</em> 🦉' },
      now,
      '192.0.2.1',
    );
    await world.log(
      anna,
      'custom',
      'Sent <a href=":url">%info</a> to @mail',
      {
        ':url': `https://e.org/?t=${token}`,
        '%info': `https://e.org/user/reset/1/2/${token}/login`,
        '@mail': new PhpObject('X', {}),
      },
      now,
      '192.0.2.1',
    );
    await world.log(anna, 'page not found', '@uri', { '@uri': '/secret' }, now, '192.0.2.1');
    await world.log('0', 'cron', 'Cron run completed.', {}, now, '192.0.2.1');
    await world.log(
      anna,
      'user',
      'User %name used one-time login link at time %timestamp.',
      { '%name': 'Anna', '%timestamp': 17 },
      now,
      '192.0.2.1',
    );
    await world.log(
      anna,
      'masquerade',
      'User %username masqueraded as %target_username.',
      { '%username': 'Anna', '%target_username': 'Jörg 🦉' },
      now,
      '192.0.2.1',
    );
    await world.log(
      anna,
      'user',
      'New user: %name %email.',
      { '%name': 'neu', '%email': 'n@example.org' },
      now,
      '192.0.2.1',
    );
    await world.log(
      anna,
      'user',
      'Deleted user: %name %email.',
      { '%name': 'alt', '%email': 'x@example.org' },
      now,
      '192.0.2.1',
    );
    const { events } = await read(null);
    expect(events.map(({ action }) => action)).toEqual([
      'activity',
      'activity',
      'other',
      'other',
      'account-created',
      'account-deleted',
    ]);
    expect(events[0]).toMatchObject({
      account: { id: anna, name: 'Anna' },
      object: { kind: 'article', id: '17', name: 'Über <em>uns</em> 🦉' },
      message: 'article: updated Über uns 🦉.',
      attributes: { verb: 'updated', log: 'content' },
    });
    expect(events[1]?.message).toBe('Sent https://e.org/user/reset/[removed] to @mail');
    expect(events[3]).toMatchObject({
      account: { id: joerg, name: 'Jörg 🦉' },
      actor: { id: anna, name: 'Anna' },
    });
    expect(events[4]).toMatchObject({ account: { name: 'neu' }, actor: { id: anna, name: 'Anna' } });
    expect(JSON.stringify(events)).not.toContain(token);
    for (const secret of world.secrets()) expect(JSON.stringify(events)).not.toContain(secret);
  });

  test('page by page, nothing twice, and rows that commit late are not missed', async () => {
    const opened = (wid: number) =>
      world.log(
        anna,
        'user',
        'Session opened for %name.',
        { '%name': 'Anna' },
        now - 10_000 + wid,
        '192.0.2.1',
        wid,
      );
    for (const wid of [100, 101, 104, 105]) await opened(wid);
    const first = await read(null, 3);
    expect(first.more).toBe(true);
    const second = await read(first.cursor, 3);
    expect([...first.events, ...second.events].map(({ id }) => id)).toEqual(
      [100, 101, 104, 105].map((wid) => `watchdog:${String(wid)}`),
    );
    expect(second.more).toBe(false);
    expect((await read(second.cursor)).events).toEqual([]);
    // Ids are given when a row is written and seen when its transaction commits.
    await opened(102);
    const third = await read(second.cursor);
    expect(third.events.map(({ id }) => id)).toEqual(['watchdog:102']);
    await opened(106);
    await opened(103);
    const fourth = await read(third.cursor);
    expect(fourth.events.map(({ id }) => id).sort()).toEqual(['watchdog:103', 'watchdog:106']);
    expect((await read(fourth.cursor)).events).toEqual([]);
    // Trimming by cron takes the oldest rows and is no clearing.
    await world.db.exec(`DELETE FROM ${world.table('watchdog')} WHERE wid < 105`);
    expect(await read(fourth.cursor)).toMatchObject({ events: [], cleared: false });
  });

  test('a log that was emptied, or replaced by another, is noticed and read anew', async () => {
    const opened = (wid: number, at: number) =>
      world.log(anna, 'user', 'Session opened for %name.', { '%name': 'Anna' }, at, '192.0.2.1', wid);
    await opened(50, now - 9_000);
    const before = await read(null);
    await world.db.exec(`DELETE FROM ${world.table('watchdog')}`);
    const empty = await read(before.cursor);
    expect(empty).toMatchObject({ events: [], cleared: true });
    await opened(1, now - 8_000);
    const after = await read(before.cursor);
    expect(after.cleared).toBe(true);
    expect(after.events.map(({ id }) => id)).toEqual(['watchdog:1']);
    expect((await read(after.cursor)).cleared).toBe(false);
    // Refilled beyond the old position while nobody looked.
    for (const wid of [2, 49, 50, 51]) await opened(wid, now - 1_000);
    const refilled = await read(before.cursor);
    expect(refilled.cleared).toBe(true);
    expect(refilled.events.length).toBe(5);
  });

  test('failed JSON logins leave flood rows only; those of the form are not told twice', async () => {
    const old = now - 20_000;
    // Over the form, known name: log row, flood row by address, flood row by account.
    await world.log('0', 'user', 'Login attempt failed for %user.', { '%user': 'Anna' }, old, '192.0.2.1');
    await world.flood('user.failed_login_ip', '192.0.2.1', old);
    await world.flood('user.failed_login_user', `${anna}-192.0.2.1`, old);
    // JSON, known name.
    await world.flood('user.http_login', `${joerg}-192.0.2.2`, old + 2_000);
    await world.flood('user.failed_login_ip', '192.0.2.2', old + 2_000);
    // JSON, known name, identifier without the address (uid_only).
    await world.flood('user.http_login', anna, old + 8_000);
    await world.flood('user.failed_login_ip', '192.0.2.3', old + 8_000);
    // JSON, unknown name.
    await world.flood('user.failed_login_ip', '192.0.2.4', old + 12_000);
    await world.flood('contact', '192.0.2.4', old + 12_000);
    const page = await read(null);
    expect(brief(page.events)).toEqual([
      ['login', 'failure', 'bad-password', anna, 'Anna'],
      ['login', 'failure', 'bad-password', joerg, 'Jörg 🦉'],
      ['login', 'failure', 'bad-password', anna, 'Anna'],
      ['login', 'failure', 'unknown-account', null, null],
    ]);
    expect(page.events.map(({ ip }) => ip)).toEqual(['192.0.2.1', '192.0.2.2', undefined, '192.0.2.4']);
    expect((await read(page.cursor)).events).toEqual([]);
    // A fresh row by address waits for the log row that may still come.
    await world.flood('user.failed_login_ip', '192.0.2.5', Date.now());
    const waiting = await read(page.cursor);
    expect(waiting.events).toEqual([]);
    await world.log(
      '0',
      'user',
      'Login attempt failed for %user.',
      { '%user': 'Anna' },
      Date.now(),
      '192.0.2.5',
    );
    const explained = await read(waiting.cursor);
    expect(explained.events.map(({ id }) => id.split(':')[0])).toEqual(['watchdog']);
    // Cleared on success: the next ids go on, and nothing is told again.
    await world.db.exec(`DELETE FROM ${world.table('flood')}`);
    expect((await read(explained.cursor)).events).toEqual([]);
  });

  test('without dblog and flood it goes on, and claims no audit', async () => {
    await world.db.exec(`DROP TABLE ${world.table('watchdog')}`);
    await world.db.exec(`DROP TABLE ${world.table('flood')}`);
    const { capabilities } = await world.adapter.open(never);
    expect(capabilities.filter((one) => one.startsWith('audit.'))).toEqual(['audit.credential']);
    expect(await read(null)).toMatchObject({ events: [], more: false, cleared: false });
    const findings = await world.doctor();
    expect(findings.filter(({ status }) => status === 'suspicious').map(({ id }) => id)).toEqual(
      expect.arrayContaining(['store.table.watchdog', 'store.table.flood']),
    );
    expect(findings.filter(({ status }) => status === 'wrong')).toEqual([]);
  });

  test('a missing table or permission is told with what mends it', async () => {
    await world.signIn(anna, visit);
    await world.db.exec('DROP TABLE sessions');
    for (const attempt of [
      () => listAll(world.adapter),
      () => allKeys(world.adapter),
      () => world.adapter.open(never),
    ]) {
      const error = await attempt().then(
        () => null,
        (caught: unknown) => caught,
      );
      expect(error).toBeInstanceOf(StoreError);
      expect((error as StoreError).kind).toBe('misconfigured');
      if (engine !== 'sqlite')
        expect((error as StoreError).message).toMatch(/GRANT SELECT, DELETE ON .*sessions/);
    }
    expect((await world.doctor()).find(({ id }) => id === 'store.table.sessions')?.status).toBe('wrong');
  });

  test('the doctor notices one address for everybody, a missing index and a clock that is ahead', async () => {
    for (let n = 0; n < 12; n += 1) await world.signIn(anna, visit);
    await world.writeRow('future', anna, { ...visit, at: now + 3_600_000 }, null);
    await world.db.exec(
      engine === 'mariadb' ? 'DROP INDEX sessions_timestamp ON sessions' : 'DROP INDEX sessions_timestamp',
    );
    const status = new Map((await world.doctor()).map((finding) => [finding.id, finding.status]));
    expect(status.get('store.addresses')).toBe('suspicious');
    expect(status.get('store.index.sessions.timestamp')).toBe('suspicious');
    expect(status.get('store.index.sessions.uid')).toBe('ok');
    expect(status.get('store.application-clock')).toBe('suspicious');
  });

  test('a session written in the future does not hide what others write now', async () => {
    await world.writeRow('future', anna, { ...visit, at: now + 3_600_000 }, null);
    const { cursor } = await listAll(world.adapter);
    const fresh = await world.signIn(joerg, { ...visit, at: Date.now() });
    expect((await listAll(world.adapter, cursor)).sessions.map(({ key }) => key as string)).toContain(fresh);
  });
});
