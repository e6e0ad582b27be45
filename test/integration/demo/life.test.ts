import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Truth } from '#agent/stores/demo/truth.ts';
import { bundledPlaces } from '#agent/stores/demo/bundled-places.ts';
import { demoStoreConfig } from '#agent/stores/demo/config.ts';
import { Runner } from '#agent/stores/demo/runner.ts';
import { demoStore } from '#agent/stores/demo/demo-kind.ts';
import {
  HandClock,
  MemoryLog,
  START,
  accountsOf,
  count,
  demoStoreIn,
  follow,
  keysOf,
  list,
  never,
  openBeside,
  temporaryFolder,
} from './demo-folder.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const places = bundledPlaces();

/** A simulator without its timer: tests tick it by hand. */
function runnerIn(dir: string, clock: HandClock, over: Record<string, unknown> = {}): Runner {
  const config = demoStoreConfig.parse({ dir, preset: 'blog', seed: 3, historyDays: 3, ...over });
  return new Runner(config, { clock: clock.read, log: new MemoryLog(), places });
}

const logOf = (dir: string): unknown[] =>
  openBeside(dir).prepare('SELECT * FROM audit_log ORDER BY id').all();
const sessionsOf = (dir: string): unknown[] =>
  openBeside(dir)
    .prepare('SELECT id, user_id, created_at, last_seen_at, expires_at, last_ip FROM sessions ORDER BY id')
    .all();

test('the same seed and start give the same database', async () => {
  const dirs = [temporaryFolder(), temporaryFolder()] as const;
  for (const dir of dirs) await demoStoreIn(dir, { rate: 0 }).open(never);
  expect(logOf(dirs[0])).toEqual(logOf(dirs[1]));
  expect(sessionsOf(dirs[0])).toEqual(sessionsOf(dirs[1]));
  expect(logOf(dirs[0]).length).toBeGreaterThan(100);
});

test('a simulator that was stopped goes on as if it had not been', async () => {
  const interrupted = temporaryFolder();
  const whole = temporaryFolder();
  for (const [dir, stops] of [
    [interrupted, [0, 3 * HOUR, 3 * HOUR, 9 * HOUR, 26 * HOUR]],
    [whole, [0, 26 * HOUR]],
  ] as const) {
    const clock = new HandClock();
    for (const stop of stops) {
      clock.at = START + stop;
      const runner = runnerIn(dir, clock);
      await runner.catchUp(never);
      runner.close();
    }
  }
  // Rounds of live attacks belong to starts, and these two had different ones: the first is the same.
  const until = (rows: unknown[]): unknown[] =>
    rows.filter((row) => (row as { at: number }).at < START + 25 * HOUR);
  expect(until(logOf(interrupted))).toEqual(until(logOf(whole)));
  expect(sessionsOf(interrupted)).toEqual(sessionsOf(whole));
});

test('a restart doubles nothing, and a long absence is made up for only in part', async () => {
  const dir = temporaryFolder();
  const clock = new HandClock();
  const first = runnerIn(dir, clock);
  await first.catchUp(never);
  first.close();
  const before = logOf(dir);
  const again = runnerIn(dir, clock);
  await again.catchUp(never);
  again.close();
  expect(logOf(dir)).toEqual(before);
  clock.at = START + 200 * DAY;
  const late = runnerIn(dir, clock);
  await late.catchUp(never);
  late.close();
  const made = logOf(dir).slice(before.length) as { at: number; verb: string | null }[];
  expect(made.length).toBeGreaterThan(50);
  expect(
    Math.min(...made.filter((row) => row.verb !== 'session-ended').map((row) => row.at)),
  ).toBeGreaterThanOrEqual(clock.at - 3 * DAY);
  const open = openBeside(dir);
  expect(count(open, `sessions WHERE expires_at <= ${String(clock.at)}`)).toBe(0);
});

test.each([0, 2, 60, 2_000])('at a rate of %d, so many rows change', async (rate) => {
  const dir = temporaryFolder();
  const clock = new HandClock();
  const runner = runnerIn(dir, clock, { preset: 'shop', rate, historyDays: 1 });
  await runner.catchUp(never);
  runner.start();
  const db = openBeside(dir);
  const revision = (): number =>
    Number(db.prepare("SELECT value FROM settings WHERE key = 'revision'").pluck().get());
  const from = { revision: revision(), log: count(db, 'audit_log'), at: clock.at };
  for (let i = 0; i < 240; i += 1) {
    clock.at += 250;
    runner.tick();
  }
  runner.close();
  // Inserts and updates of sessions, and rows of the log; deletes are beside it and few.
  const changes = revision() - from.revision + count(db, 'audit_log') - from.log;
  expect(changes).toBeGreaterThanOrEqual(rate * 60 * 0.94);
  expect(changes).toBeLessThanOrEqual(rate * 60 * 1.05 + (rate === 0 ? 0 : 12));
  const newest = db.prepare('SELECT max(last_seen_at) FROM sessions').pluck().get();
  expect(newest).toBeLessThanOrEqual(clock.at);
});

test('at a high rate people come and go and the number of sessions stays as it was', async () => {
  const dir = temporaryFolder();
  const clock = new HandClock();
  const runner = runnerIn(dir, clock, { preset: 'shop', rate: 1_000, historyDays: 2 });
  await runner.catchUp(never);
  runner.start();
  const db = openBeside(dir);
  const before = count(db, 'sessions');
  for (let i = 0; i < 600; i += 1) {
    clock.at += 100;
    runner.tick();
  }
  runner.close();
  const rows = count(
    db,
    `audit_log WHERE at > ${String(START)} AND action IN ('login', 'logout') AND outcome = 'success'`,
  );
  expect(rows).toBeGreaterThan(500);
  expect(Math.abs(count(db, 'sessions') - before) / before).toBeLessThan(0.25);
  expect(
    count(
      db,
      `(SELECT session_id FROM audit_log WHERE action = 'login' AND outcome = 'success' GROUP BY session_id HAVING count(*) > 1)`,
    ),
  ).toBe(0);
});

test('the simulator’s truth is what the adapter lists, while it lives and sessions are ended', async () => {
  const dir = temporaryFolder();
  const clock = new HandClock();
  const truth = new Truth();
  const config = demoStoreConfig.parse({
    dir,
    preset: 'intranet',
    seed: 5,
    historyDays: 2,
    people: 120,
    rate: 200,
  });
  const runner = new Runner(config, { clock: clock.read, log: new MemoryLog(), places, witness: truth });
  await runner.catchUp(never);
  runner.start();
  const reader = demoStoreIn(
    dir,
    { preset: 'intranet', seed: 5, people: 120, simulate: false },
    { clock: clock.read },
  );
  await reader.open(never);
  for (let i = 0; i < 40; i += 1) {
    clock.at += 1_000;
    const victim = (await list(reader)).sessions[i % 7];
    if (victim !== undefined && i % 5 === 0)
      expect(
        await reader.end([{ key: victim.key, account: victim.account?.id ?? null }], 'accounts', never),
      ).toEqual([{ outcome: 'ended' }]);
    runner.tick();
    expect(await keysOf(reader)).toEqual(
      new Set(truth.whoWasSignedInAt(clock.at).map((session) => session.key)),
    );
  }
  runner.close();
});

test('a session that was ended stays ended; its person comes back with another, remembered or by password', async () => {
  const dir = temporaryFolder();
  const clock = new HandClock();
  const runner = runnerIn(dir, clock, { preset: 'shop', historyDays: 2, rate: 4 });
  await runner.catchUp(never);
  runner.start();
  const reader = demoStoreIn(dir, { preset: 'shop', simulate: false }, { clock: clock.read });
  await reader.open(never);
  const ended = (await list(reader)).sessions;
  await reader.end(
    ended.map((session) => ({ key: session.key, account: session.account?.id ?? null })),
    'sessions',
    never,
  );
  const cursor = (await follow(reader)).cursor;
  for (let i = 0; i < 360; i += 1) {
    clock.at += 10_000;
    runner.tick();
  }
  runner.close();
  const now = await keysOf(reader);
  expect(ended.filter((session) => now.has(session.key))).toEqual([]);
  const methods = (await follow(reader, cursor)).events.flatMap((event) =>
    event.action === 'login' && event.outcome === 'success' ? [event.attributes?.['method']] : [],
  );
  expect(methods).toContain('remembered');
  expect(methods).toContain('password');
});

test('whoever is blocked is refused, and the log says so', async () => {
  const dir = temporaryFolder();
  const clock = new HandClock();
  const runner = runnerIn(dir, clock, { preset: 'intranet', historyDays: 1 });
  await runner.catchUp(never);
  runner.start();
  const reader = demoStoreIn(dir, { preset: 'intranet', simulate: false }, { clock: clock.read });
  await reader.open(never);
  const accounts = (await accountsOf(reader)).map((account) => account.id);
  const cursor = (await follow(reader)).cursor;
  await reader.setBlocked?.(accounts, true, never);
  for (let i = 0; i < 360; i += 1) {
    clock.at += 30_000;
    runner.tick();
  }
  runner.close();
  const { events } = await follow(reader, cursor);
  const signIns = events.filter((event) => event.action === 'login');
  expect(signIns.length).toBeGreaterThan(10);
  expect(signIns.filter((event) => event.outcome === 'success')).toEqual([]);
  expect(signIns.every((event) => event.reason === 'blocked' || event.reason === 'unknown-account')).toBe(
    true,
  );
});

test('a pause is a pause: nothing is written in it or made up for after it', async () => {
  const dir = temporaryFolder();
  const clock = new HandClock();
  const runner = runnerIn(dir, clock, { preset: 'shop', historyDays: 1 });
  await runner.catchUp(never);
  runner.start();
  runner.setRate(0);
  const rows = logOf(dir).length;
  for (let i = 0; i < 100; i += 1) {
    clock.at += 5 * MINUTE;
    runner.tick();
  }
  expect(logOf(dir).length).toBe(rows);
  const resumed = clock.at;
  runner.setRate(5);
  clock.at += 20 * MINUTE;
  runner.tick();
  runner.close();
  const after = logOf(dir).slice(rows) as { at: number }[];
  expect(after.length).toBeGreaterThan(0);
  expect(Math.min(...after.map((row) => row.at))).toBeGreaterThan(resumed);
});

test('control.json changes the pace while it runs; one that makes no sense is reported and ignored', async () => {
  const dir = temporaryFolder();
  const clock = new HandClock();
  const log = new MemoryLog();
  const config = demoStoreConfig.parse({ dir, preset: 'blog', seed: 3, historyDays: 1, rate: 7 });
  const runner = new Runner(config, { clock: clock.read, log, places });
  await runner.catchUp(never);
  const write = (text: string): void => {
    writeFileSync(join(dir, 'control.json'), text);
    clock.at += 2_000;
    runner.tick();
  };
  expect(runner.rate).toBe(7);
  write('{"rate": 120}');
  expect(runner.rate).toBe(120);
  write('{"rate": 99999}');
  expect(runner.rate).toBe(120);
  write('{"raet": 3}');
  write('not json at all');
  expect(runner.rate).toBe(120);
  expect(log.lines.filter((line) => line.includes('control.json is ignored'))).toHaveLength(3);
  write('{}');
  expect(runner.rate).toBe(7);
  runner.close();
});

test('two simulators never share a folder, and another population needs another', async () => {
  const dir = temporaryFolder();
  const store = demoStoreIn(dir);
  await store.open(never);
  await expect(demoStoreIn(dir).open(never)).rejects.toMatchObject({
    kind: 'misconfigured',
    message: expect.stringContaining('another agent') as string,
  });
  await store.close();
  await expect(demoStoreIn(dir, { seed: 99 }).open(never)).rejects.toMatchObject({
    kind: 'misconfigured',
    message: expect.stringContaining('seed 3') as string,
  });
  await demoStoreIn(dir).open(never);
});

test('the live round of attacks reaches the log that the adapter reads', async () => {
  const dir = temporaryFolder();
  const clock = new HandClock();
  const runner = runnerIn(dir, clock, { preset: 'shop', historyDays: 2, people: 150 });
  await runner.catchUp(never);
  runner.start();
  const reader = demoStoreIn(dir, { preset: 'shop', people: 150, simulate: false }, { clock: clock.read });
  await reader.open(never);
  const theft = runner.attacks
    .filter((attack) => attack.from > START)
    .find((attack) => attack.kind === 'cookie-theft');
  let stolen = 0;
  for (let i = 0; i < 1_800; i += 1) {
    clock.at += 500;
    runner.tick();
    if (i % 20 === 0)
      stolen += (await list(reader)).sessions.filter(
        (session) => session.last.ip === theft?.intruderIp && session.opened.ip !== theft.intruderIp,
      ).length;
  }
  runner.close();
  expect(stolen).toBeGreaterThan(3);
  const { events } = await follow(reader);
  for (const attack of runner.attacks.filter((each) => each.from > START && each.kind !== 'cookie-theft')) {
    const hits = events.filter(
      (event) => event.ip === attack.intruderIp && event.action === 'login' && event.outcome === 'success',
    );
    expect(
      hits.map((event) => event.account?.id),
      attack.kind,
    ).toEqual([String(attack.victim.id)]);
  }
});

test('the registry’s entry reads its configuration strictly and places folders beside the file', async () => {
  expect(demoStore.configSchema.safeParse({ dir: 'x', preset: 'shop', sede: 1 }).success).toBe(false);
  expect(demoStore.configSchema.safeParse({ dir: 'x', preset: 'casino' }).success).toBe(false);
  expect(demoStore.configSchema.safeParse({ dir: 'x', preset: 'shop', rate: 2_001 }).success).toBe(false);
  const baseDir = temporaryFolder();
  const deps = {
    log: new MemoryLog(),
    clock: new HandClock().read,
    baseDir,
    dataDir: baseDir,
    fingerprint: () => '',
  };
  const config = demoStore.configSchema.parse({ dir: 'inner', preset: 'blog', historyDays: 1 });
  expect((await demoStore.doctor?.(config, deps, never))?.[0]?.status).toBe('ok');
  const store = demoStore.create(config, deps);
  await store.open(never);
  await store.close();
  expect(count(openBeside(join(baseDir, 'inner')), 'sessions')).toBeGreaterThan(0);
});
