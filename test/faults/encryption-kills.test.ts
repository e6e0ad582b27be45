import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openReadable } from '#engine/mirror/database.ts';
import { letGoOfKey } from '#engine/mirror/encryption/held-keys.ts';
import { isEncrypted } from '#engine/mirror/encryption/locked.ts';
import { unlock } from '#engine/mirror/encryption/unlock.ts';
import { mirrorFile, plainMirror, sealedMirror } from '#engine/mirror/mirror-file.ts';
import { mirrorOf, testFolder } from '#test/support/test-mirror.ts';

// kill −9 of the programs that encrypt a mirror and take that back, before changes that they make to the folder and
// while they copy: whoever comes next finds one whole mirror.

const PROGRAM = join(import.meta.dirname, '../../out/main/cli.js');
const HOOK = join(import.meta.dirname, 'parts/kill-at-file-step.mjs');
const PASSPHRASE = 'seven green umbrellas';
const NEEDLE = 'needle-in-every-row';
const ROWS = 20_000;
/**
 * File operations that go well before the kill. Of encrypting: four clear the way, six write the key file, of which the
 * fourth is the switch, and twelve clear up. Of decrypting: twelve clear up where a try was cut short, six write the key
 * file, and the next is the switch; the second kill comes when all is cleared up.
 */
const BEFORE_SWITCH = [2, 5, 7] as const;
const AFTER_SWITCH = [8, 11, 17] as const;
const WHILE_DECRYPTING = [2, 14, 7] as const;
const MOST_MS = 300_000;

function world() {
  const folder = testFolder();
  const profile = join(folder, 'profile');
  const file = join(folder, 'passphrase');
  mkdirSync(profile, { mode: 0o700 });
  writeFileSync(file, `${PASSPHRASE}\n`, { mode: 0o600 });
  const { db } = mirrorOf(profile);
  db.exec('CREATE TABLE later (key INTEGER PRIMARY KEY, text TEXT) STRICT');
  db.exec(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${String(ROWS)})
     INSERT INTO later SELECT i, '${NEEDLE} ' || hex(randomblob(100)) FROM n`,
  );
  db.close();
  const args = (command: string) => [PROGRAM, command, '-p', profile, '--passphrase-file', file];
  return {
    profile,
    run: (command: string) =>
      new Promise<{ readonly code: number; readonly err: string }>((resolve) => {
        execFile(process.execPath, args(command), (error, _out, err) => {
          resolve({ code: error === null ? 0 : Number(error.code), err });
        });
      }),
    /** Says whether it was killed; otherwise it ended by itself before that. */
    killed: async (command: string, after: number): Promise<boolean> => {
      const child = spawn(process.execPath, ['--import', HOOK, ...args(command)], {
        env: { ...process.env, FAULT_FOLDER: profile, FAULT_AFTER: String(after) },
        stdio: 'ignore',
      });
      await once(child, 'exit');
      return child.signalCode === 'SIGKILL';
    },
    killedWhileCopying: async (command: string, target: string): Promise<void> => {
      const child = spawn(process.execPath, args(command), { stdio: 'ignore' });
      const ended = once(child, 'exit');
      while (child.exitCode === null && (!existsSync(target) || statSync(target).size === 0)) {
        await new Promise<void>((resume) => setImmediate(resume));
      }
      child.kill('SIGKILL');
      await ended;
    },
    /** Rows of the mirror that counts, whichever it is. */
    rows: async (): Promise<number> => {
      const mirror = mirrorFile(profile);
      if (isEncrypted(mirror)) expect((await unlock(mirror, PASSPHRASE)).ok).toBe(true);
      const db = openReadable(mirror);
      try {
        expect(db.pragma('quick_check', { simple: true })).toBe('ok');
        return Number(db.prepare('SELECT count(*) FROM later').pluck().get());
      } finally {
        db.close();
        letGoOfKey(mirror);
      }
    },
    /** As an engine does that is started. */
    opened: async (): Promise<void> => {
      const mirror = mirrorFile(profile);
      if (isEncrypted(mirror)) await unlock(mirror, PASSPHRASE);
      mirrorOf(profile).db.close();
      letGoOfKey(mirror);
    },
    readable: (): string[] =>
      readdirSync(profile).filter((name) => readFileSync(join(profile, name)).includes(NEEDLE)),
  };
}

test(
  'a mirror whose encrypting is killed is whole, and is encrypted at last',
  { timeout: MOST_MS },
  async () => {
    const { profile, killed, killedWhileCopying, rows, readable, run } = world();
    await killedWhileCopying('encrypt', sealedMirror(profile));
    expect(await rows()).toBe(ROWS);
    for (const after of BEFORE_SWITCH) {
      expect(await killed('encrypt', after)).toBe(true);
      expect(isEncrypted(sealedMirror(profile))).toBe(false);
      expect(await rows()).toBe(ROWS);
    }
    expect((await run('encrypt')).code).toBe(0);
    expect(readable()).toEqual([]);
    expect(await rows()).toBe(ROWS);
  },
);

test(
  'killed after the switch it is encrypted, and nothing readable stays behind',
  { timeout: MOST_MS },
  async () => {
    for (const after of AFTER_SWITCH) {
      const { profile, killed, rows, opened, readable } = world();
      expect(await killed('encrypt', after)).toBe(true);
      expect(isEncrypted(sealedMirror(profile))).toBe(true);
      await opened();
      expect(await rows()).toBe(ROWS);
      expect(readable()).toEqual([]);
    }
  },
);

test('a mirror whose decrypting is killed is whole, and can be decrypted', { timeout: MOST_MS }, async () => {
  const { profile, killed, killedWhileCopying, rows, run } = world();
  expect((await run('encrypt')).code).toBe(0);
  await killedWhileCopying('decrypt', plainMirror(profile));
  expect(await rows()).toBe(ROWS);
  for (const after of WHILE_DECRYPTING) {
    expect(await killed('decrypt', after)).toBe(true);
    expect(await rows()).toBe(ROWS);
  }
  expect(isEncrypted(sealedMirror(profile))).toBe(false);
  expect((await run('check')).code).toBe(0);
});
