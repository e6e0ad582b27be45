import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { audited, fakeEvent, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { startTestEngine } from '#test/support/test-engine.ts';
import { closing } from './cleanups.ts';

// An encrypted profile on the command line, as a person works with it.

const open = closing();
const PROGRAM = join(import.meta.dirname, '../../../out/main/cli.js');
const LOADED = join(import.meta.dirname, '../../support/loaded-objects.mjs');
const NEEDLE = 'zelda-the-needle';
const ADDRESS = '91.1.2.3';
const AGENT = 'curl/8.4.0';
const MOST_MS = 300_000;

const run = (...args: readonly string[]) => runWith({}, ...args);
const runWith = (env: NodeJS.ProcessEnv, ...args: readonly string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [PROGRAM, ...args],
      { env: { ...process.env, ...env } },
      (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), out, err });
      },
    );
    child.stdin?.end();
  });

async function mirrored() {
  const now = Date.now();
  const sight = { at: now - 60_000, ip: ADDRESS, userAgent: AGENT };
  const account = { id: 'id-1', name: NEEDLE };
  const agent = await open.agent({
    subscribed: (console) => {
      void (async () => {
        await console.snapshot({ sessions: [fakeSession('s-1', { account, opened: sight, last: sight })] });
        await console.changes([
          audited(1, fakeEvent('e-1', { at: now - 50_000, account, message: `Login of ${NEEDLE}` })),
        ]);
      })();
    },
  });
  const folder = open.folder();
  const profile = join(folder, 'profile');
  mkdirSync(profile, { mode: 0o700 });
  const engine = startTestEngine(profile);
  const { connection } = await engine.call('environments.add', { url: agent.url, token: 't', name: 'shop' });
  await engine.until('the event', async () => (await engine.call('query.audit', {})).rows.length === 1);
  await engine.stop();
  const file = join(folder, 'passphrase');
  writeFileSync(file, 'seven green umbrellas\n', { mode: 0o600 });
  const connectionFile = join(folder, 'connection.json');
  writeFileSync(connectionFile, JSON.stringify({ watchfloor: 1, name: 'shop', url: agent.url, token: 't' }), {
    mode: 0o600,
  });
  return { folder, profile, file, connection, connectionFile };
}

const readable = (folder: string): string[] =>
  readdirSync(folder).filter((name) => {
    const bytes =
      existsSync(join(folder, name)) && name.includes('mirror')
        ? readFileSync(join(folder, name))
        : Buffer.of();
    return [NEEDLE, ADDRESS, AGENT].some((text) => bytes.includes(text));
  });

test(
  'an encrypted profile answers whoever has its passphrase, by file, by variable or through its engine',
  { timeout: MOST_MS },
  async () => {
    const { folder, profile, file, connection, connectionFile } = await mirrored();
    const at = ['-p', profile];
    const by = ['--passphrase-file', file];
    const encrypted = await run('encrypt', ...at, ...by);
    expect(encrypted.err).toBe('');
    expect(encrypted.out).toMatch(/1 events, 1 sessions, read through and sound\nThe mirror is encrypted\./);
    expect(readable(profile)).toEqual([]);

    const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    const reports = ['report', '--from', day(Date.now() - 86_400_000), '--to', day(Date.now() + 86_400_000)];
    const asked: readonly (readonly [string, RegExp])[] = [
      ['query', new RegExp(NEEDLE)],
      ['at', new RegExp(NEEDLE)],
      ['stats', /shop/],
      ['check', /1 sessions, 1 events: nothing wrong/],
      ['verify', /every one as it was written/],
      ['report', /Sign-ins|sign-ins/],
    ];
    const line = (command: string): readonly string[] =>
      command === 'query'
        ? ['query', '']
        : command === 'at'
          ? ['at', 'now']
          : command === 'report'
            ? reports
            : [command];
    for (const [command, answer] of asked) {
      expect(await run(...line(command), ...at, ...by), command).toMatchObject({
        code: 0,
        out: expect.stringMatching(answer) as string,
      });
      if (command !== 'query' && command !== 'check') continue;
      expect(await run(...line(command), ...at), command).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringContaining('The passphrase of the mirror is needed') as string,
      });
    }
    expect((await runWith({ WATCHFLOOR_PASSPHRASE_FILE: file }, 'stats', ...at)).code).toBe(0);

    const collecting = spawn(process.execPath, [PROGRAM, 'collect', ...at, ...by, '-f', connectionFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    open.later(() => collecting.kill('SIGKILL'));
    let said = '';
    collecting.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    while (!said.includes('collecting into')) await once(collecting.stdout, 'data');
    // Its engine has the key: who asks it needs none.
    expect(await run('query', '', ...at)).toMatchObject({
      code: 0,
      out: expect.stringContaining(NEEDLE) as string,
    });
    const backup = join(folder, 'mirror-backup.db');
    const backed = await run('backup', backup, ...at, ...by);
    expect(backed).toMatchObject({
      code: 0,
      out: expect.stringContaining('read through and sound') as string,
    });
    expect((await run('retention', '--archive', folder, ...at)).err).toMatch(/archives are not encrypted/);
    expect((await run('decrypt', ...at, ...by)).code).toBe(3);
    expect(readable(profile)).toEqual([]);
    expect(readable(folder)).toEqual([]);
    collecting.kill('SIGTERM');
    await once(collecting, 'exit');

    const erased = await run('erase', '-a', `${connection}/id-1`, '--yes', ...at, ...by);
    expect(erased.code).toBe(0);
    expect((await run('query', '', ...at, ...by)).out).not.toContain(NEEDLE);
  },
);

test(
  'a wrong passphrase, one that others can read and one that is too short are refused',
  { timeout: MOST_MS },
  async () => {
    const { profile, file } = await mirrored();
    const at = ['-p', profile, '--passphrase-file', file];
    writeFileSync(file, 'short\n');
    expect(await run('encrypt', ...at)).toMatchObject({
      code: 2,
      err: expect.stringContaining('at least 10') as string,
    });
    writeFileSync(file, 'seven green umbrellas\n');
    chmodSync(file, 0o644);
    expect(await run('encrypt', ...at)).toMatchObject({
      code: 2,
      err: expect.stringContaining('chmod 600') as string,
    });
    chmodSync(file, 0o600);
    expect(existsSync(join(profile, 'mirror.db'))).toBe(true);
    expect((await run('encrypt', ...at)).code).toBe(0);
    const next = `${file}-2`;
    writeFileSync(next, 'eight yellow bicycles', { mode: 0o600 });
    expect((await run('passphrase', ...at, '--new-passphrase-file', next)).code).toBe(0);
    for (const command of ['check', 'decrypt'])
      expect(await run(command, ...at)).toMatchObject({
        code: 1,
        err: expect.stringContaining('not the passphrase of this mirror') as string,
      });
    expect((await run('decrypt', '-p', profile, '--passphrase-file', next)).code).toBe(0);
    expect((await run('check', '-p', profile)).out).toContain('1 events: nothing wrong');
  },
);

test(
  'a profile that is not encrypted loads nothing of what encryption needs',
  { timeout: MOST_MS },
  async () => {
    const { profile, file, folder } = await mirrored();
    const list = join(folder, 'loaded');
    const loaded = async (...args: readonly string[]): Promise<string[]> => {
      const done = await runWith(
        { NODE_OPTIONS: `--import=${LOADED}`, LOADED_OBJECTS: list },
        ...args,
        '-p',
        profile,
      );
      expect(done.code).toBe(0);
      return readFileSync(list, 'utf8')
        .split('\n')
        .filter((path) => path.includes('sqlite'));
    };
    const plain = await loaded('check');
    expect(plain).toEqual([expect.stringContaining('better-sqlite3/')]);
    expect((await run('encrypt', '-p', profile, '--passphrase-file', file)).code).toBe(0);
    const ciphered = await loaded('check', '--passphrase-file', file);
    expect(ciphered).toEqual([expect.stringContaining('better-sqlite3-multiple-ciphers/')]);
  },
);
