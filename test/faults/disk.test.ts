import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { checkMirror } from '#engine/mirror/check.ts';
import { openWritable } from '#engine/mirror/database.ts';
import { openMirror } from '#engine/mirror/open.ts';
import { findOwners } from '#engine/mirror/recover/ownership.ts';
import { openPageFile } from '#engine/mirror/recover/page-file.ts';
import type { FakeAgent, FakeConsole } from '#test/support/fake-agent/fake-agent.ts';
import { audited, fakeEvent, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { closing } from '../integration/engine/cleanups.ts';

// Disks that are full, read-only or broken, really: file systems of their own, pages that are overwritten. The built program and the real engine.

const open = closing();
const PROGRAM = join(import.meta.dirname, '../../out/main/cli.js');

/** A process in a namespace of its own, in which it may mount; ended after the test. */
function inNamespace(script: string) {
  const child = spawn('unshare', ['--user', '--map-root-user', '--mount', 'bash', '-c', script], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  open.later(() => child.stdin.end());
  return {
    ended,
    tell: (line: string) => child.stdin.write(`${line}\n`),
    output: () => text,
    until: async (words: string): Promise<void> => {
      const end = Date.now() + 25_000;
      while (!text.includes(words)) {
        if (Date.now() > end) throw new Error(`waited in vain for “${words}”: ${text}`);
        await new Promise((resume) => setTimeout(resume, 20));
      }
    },
  };
}
function connectionFile(url: string): string {
  const file = join(open.folder(), 'connection.json');
  writeFileSync(file, JSON.stringify({ watchfloor: 1, name: 'Fake', url, token: 't' }));
  chmodSync(file, 0o600);
  return file;
}
/** Batches of 200 events of three kilobytes each; `after`: the position behind which they come. */
const batch = (number: number, after = number * 200) =>
  Array.from({ length: 200 }, (_, n) => {
    const name = String(number * 200 + n + 1);
    const event = fakeEvent(`e${name}`, { message: `event ${name} ${'x'.repeat(3_000)}` });
    return audited(after + n + 1, event);
  });

test('a disk that runs full is said, nothing is acknowledged, and it goes on by itself when there is room', async () => {
  const agent = await open.agent({ subscribed: (console) => void console.snapshot() });
  const disk = join(open.folder(), 'disk');
  mkdirSync(disk);
  const world = inNamespace(`
    mount -t tmpfs -o size=24m none ${disk} && head -c 16000000 /dev/zero > ${disk}/ballast
    ${process.execPath} ${PROGRAM} collect -p ${disk}/profile -f ${connectionFile(agent.url)} & engine=$!
    read; rm ${disk}/ballast
    read; kill -TERM $engine; wait $engine; echo "ended $?"
    ${process.execPath} ${PROGRAM} check -p ${disk}/profile; echo "checked $?"`);
  await world.until('Fake: live');
  const console = await agent.console();
  const answers: unknown[] = [];
  const sending = (async () => {
    for (let number = 0; number < 12; number += 1)
      answers.push(await console.changes(batch(number), {}, 60_000));
  })();
  await world.until('is full. Nothing is lost');
  const before = answers.length;
  expect(before).toBeLessThan(12);
  await new Promise((resume) => setTimeout(resume, 300));
  expect(answers).toHaveLength(before);
  world.tell('');
  await sending;
  expect(answers.at(-1)).toEqual({ ok: true, seq: 2_400 });
  world.tell('');
  await world.until('checked');
  expect(world.output()).toContain('ended 0');
  expect(world.output()).toMatch(/, 2400 events: nothing wrong\nchecked 0/);
}, 90_000);

test('a profile on a read-only disk is said in words, and nothing starts', async () => {
  const profile = join(open.folder(), 'profile');
  const made = openMirror((mkdirSync(profile), profile), epochMs(1));
  if (made.is !== 'open') throw new Error(made.is);
  made.db.close();
  const world = inNamespace(`
    mount --bind ${profile} ${profile} && mount -o remount,ro,bind ${profile}
    ${process.execPath} ${PROGRAM} collect -p ${profile}; echo "ended $?"
    ${process.execPath} ${PROGRAM} stats -p ${profile}; echo "stats $?"`);
  await world.until('stats ');
  expect(world.output()).toContain('cannot be used');
  expect(world.output()).toContain('Choose a folder that you may write in');
  expect(world.output()).toContain('ended 1');
}, 60_000);

/** A profile that has mirrored an agent, and then some trees of its file are overwritten. */
async function damagedProfile(agent: FakeAgent, trees: readonly string[]) {
  const profile = open.folder();
  const first = open.engine(profile);
  const { connection } = await first.call('environments.add', { url: agent.url, token: 't' });
  await first.live();
  const console = await agent.console();
  for (let number = 0; number < 3; number += 1) await console.changes(batch(number));
  await first.stop();
  const file = join(profile, 'mirror.db');
  const db = openWritable(file);
  db.pragma('wal_checkpoint(TRUNCATE)');
  const roots = db
    .prepare('SELECT rootpage FROM sqlite_schema WHERE name IN (SELECT value FROM json_each(?))')
    .pluck()
    .all(JSON.stringify(trees))
    .map(Number);
  db.close();
  const bytes = readFileSync(file);
  const pages = openPageFile(file);
  const owners = findOwners(pages, roots);
  for (const page of roots.flatMap((root) => owners.pagesOf(root)))
    bytes.fill(0xab, (page - 1) * pages.pageSize, page * pages.pageSize);
  pages.close();
  writeFileSync(file, bytes);
  return { profile, connection };
}
const snapshotOf = (sessions: readonly ReturnType<typeof fakeSession>[]) => async (console: FakeConsole) => {
  for (let part = 0; part * 500 < sessions.length; part += 1) {
    const last = (part + 1) * 500 >= sessions.length;
    await console.snapshot({ part, last, sessions: sessions.slice(part * 500, part * 500 + 500) });
  }
};
const sessions = Array.from({ length: 2_000 }, (_, n) => fakeSession(`s${String(n)}`));

test('a mirror that turns out damaged while it is written is recovered at the next start, and the agent fills it', async () => {
  const agent = await open.agent({ subscribed: snapshotOf(sessions) });
  const { profile, connection } = await damagedProfile(agent, ['audit_1_at']);
  const tokens = { [connection]: 't' };
  const hurt = open.engine(profile, { tokens });
  await hurt.live();
  const console = await agent.console();
  // It has sent a snapshot, with which its log begins anew.
  void console.changes(batch(3, 0), {}, 1_000);
  await hurt.until('it is noticed', async () =>
    (await hurt.call('about', {})).problems.some(({ code }) => code === 'DATABASE_DAMAGED'),
  );
  await hurt.stop();
  const healed = open.engine(profile, { tokens });
  const [problem] = (await healed.call('about', {})).problems;
  expect(problem?.message).toContain('2,000 sessions and 600 events were read');
  expect(problem?.message).toContain('The damaged file is kept as');
  await healed.live();
  await (await agent.console()).changes(batch(3, 0));
  expect(healed.rows('SELECT count(*) AS n, count(DISTINCT id) AS ids FROM audit')).toEqual([
    { n: 800, ids: 800 },
  ]);
  await healed.stop();
  expect(checkMirror(profile)).toMatchObject({ ok: true, value: { faults: [] } });
}, 60_000);

test('a mirror that cannot even be started with is recovered at once, and what was lost comes from the agent', async () => {
  const agent = await open.agent({ subscribed: snapshotOf(sessions) });
  const { profile } = await damagedProfile(agent, ['session', 'session_live']);
  const world = inNamespace(
    `${process.execPath} ${PROGRAM} collect -p ${profile} -f ${connectionFile(agent.url)} & engine=$!
     read; kill -TERM $engine; wait $engine; echo "ended $?"
     ${process.execPath} ${PROGRAM} check -p ${profile}; echo "checked $?"`,
  );
  await world.until('The damaged file is kept as');
  await world.until(': live');
  world.tell('');
  await world.until('checked');
  expect(world.output()).toContain('0 sessions and 600 events were read');
  expect(world.output()).toMatch(/2000 sessions, 600 events: nothing wrong\nchecked 0/);
}, 60_000);

test('two engines on one profile: the second is refused and says which', async () => {
  const profile = open.folder();
  open.engine(profile);
  const world = inNamespace(
    `${process.execPath} ${PROGRAM} collect -p ${profile}; echo "ended $?"; ${process.execPath} ${PROGRAM} recover -p ${profile}; echo "recover $?"`,
  );
  await world.until('recover ');
  expect(world.output()).toContain(`Another Watchfloor works on the profile ${profile}`);
  expect(world.output()).toContain('ended 3');
  expect(world.output()).toContain('recover 3');
}, 60_000);
