import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { backupMirror } from '#engine/mirror/backup.ts';
import { checkFile, checkMirror } from '#engine/mirror/check.ts';
import { openReadable } from '#engine/mirror/database.ts';
import { DataKey } from '#engine/mirror/encryption/data-key.ts';
import { heldKey, letGoOfKey } from '#engine/mirror/encryption/held-keys.ts';
import { readKeyFile, writeKeyFile } from '#engine/mirror/encryption/key-file.ts';
import { keyFileOf } from '#engine/mirror/encryption/locked.ts';
import { changePassphrase, decryptProfile, encryptProfile } from '#engine/mirror/encryption/seal-profile.ts';
import { unlock } from '#engine/mirror/encryption/unlock.ts';
import { newDataKey, unwrapKey, wrapKey } from '#engine/mirror/encryption/wrapped-key.ts';
import { mirrorFile, plainMirror, sealedMirror } from '#engine/mirror/mirror-file.ts';
import { openMirror } from '#engine/mirror/open.ts';
import { recoverProfile } from '#engine/mirror/recover/recover-profile.ts';
import { openOffline } from '#engine/offline.ts';
import { createUnlocking } from '#engine/unlocking.ts';
import type { MessageToMain } from '#shared/ipc/engine-process.ts';
import { fakeEvent } from '#test/support/fake-agent/fake-records.ts';
import { mirrorOf } from '#test/support/test-mirror.ts';
import { ingestWorld } from '../ingest/world.ts';

/** As little work as the format allows: what is tested is not how long guessing takes. */
const COST = { N: 16_384, r: 8, p: 1 };
const PASSPHRASE = 'seven green umbrellas';
/** Stands in names, addresses and messages of every record. */
const NEEDLE = 'needle-in-every-record';

/** A closed profile with some thousand events that all hold the needle. */
async function profileWithEvents(): Promise<{ readonly profile: string; readonly events: number }> {
  const world = ingestWorld({ leastRows: 500 });
  const events = 3_000;
  for (let from = 0; from < events; from += 500) {
    await world.committer.submit({
      rows: 500,
      write: () => {
        for (let n = from; n < from + 500; n += 1) {
          const event = fakeEvent(`e${String(n)}`, { at: n, message: `${NEEDLE} ${String(n)}` });
          world.writer.audit.write(1, event, 'stream');
        }
      },
    });
  }
  world.db.close();
  onTestFinished(() => {
    letGoOfKey(sealedMirror(world.profile));
  });
  return { profile: world.profile, events };
}

async function encrypted(): Promise<{ readonly profile: string; readonly events: number }> {
  const made = await profileWithEvents();
  const sealed = await encryptProfile({ profile: made.profile, passphrase: PASSPHRASE, cost: COST });
  expect(sealed).toMatchObject({ ok: true });
  return made;
}

const files = (folder: string): string[] => readdirSync(folder).map((name) => join(folder, name));
const holding = (folder: string, needle: string): string[] =>
  files(folder).filter((file) => readFileSync(file).includes(needle));

test('any passphrase gives the key back, and no other does', async () => {
  const text = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });
  await fc.assert(
    fc.asyncProperty(text, text, async (passphrase, other) => {
      const key = newDataKey();
      const wrapped = await wrapKey(key, passphrase, COST);
      expect(await unwrapKey(wrapped, passphrase)).toEqual({ ok: true, value: key });
      expect((await unwrapKey(wrapped, other)).ok).toBe(
        passphrase.normalize('NFKC') === other.normalize('NFKC'),
      );
    }),
    { numRuns: 6 },
  );
});

test('a key file that was made cheaper to guess is refused', async () => {
  const wrapped = await wrapKey(newDataKey(), PASSPHRASE, { ...COST, N: 32_768 });
  expect((await unwrapKey({ ...wrapped, N: 16_384 }, PASSPHRASE)).ok).toBe(false);
  const other = Buffer.from(wrapped.sealed, 'base64');
  other.writeUInt8(other.readUInt8(3) ^ 1, 3);
  expect((await unwrapKey({ ...wrapped, sealed: other.toString('base64') }, PASSPHRASE)).ok).toBe(false);
});

test('an encrypted mirror holds what it held, and none of it can be read in any file', async () => {
  const { profile, events } = await profileWithEvents();
  expect(holding(profile, NEEDLE)).not.toEqual([]);
  const sealed = await encryptProfile({ profile, passphrase: PASSPHRASE, cost: COST });
  expect(sealed).toMatchObject({ ok: true, value: { copied: { events }, left: [] } });
  expect(existsSync(plainMirror(profile))).toBe(false);
  expect(holding(profile, NEEDLE)).toEqual([]);
  expect(holding(profile, 'SQLite format 3')).toEqual(
    [join(profile, 'engine.lock')].filter(existsSync).filter((file) => readFileSync(file).length > 0),
  );

  // More is written: its log, the index of the log and a backup that is made meanwhile hold nothing readable either.
  expect((await unlock(mirrorFile(profile), PASSPHRASE)).ok).toBe(true);
  const { db, file } = mirrorOf(profile);
  db.exec('CREATE TABLE later (text TEXT) STRICT');
  const insert = db.prepare('INSERT INTO later VALUES (?)');
  for (let n = 0; n < 1_000; n += 1) insert.run(`${NEEDLE} again ${String(n)}`);
  const backup = join(profile, 'backup.db');
  expect(await backupMirror(db, backup)).toMatchObject({ ok: true, value: { events } });
  expect(files(profile)).toEqual(
    expect.arrayContaining([`${file}-wal`, `${file}-shm`, backup, keyFileOf(backup)]),
  );
  expect(holding(profile, NEEDLE)).toEqual([]);
  const ordered = db.prepare('SELECT text FROM later ORDER BY text DESC').pluck().all();
  expect(ordered).toHaveLength(1_000);
  db.close();
  expect(holding(profile, NEEDLE)).toEqual([]);
});

test('a backup is opened with the passphrase it was made under, and can take the place of the mirror', async () => {
  const { profile, events } = await encrypted();
  await unlock(mirrorFile(profile), PASSPHRASE);
  const { db } = mirrorOf(profile);
  const backup = join(profile, 'backup.db');
  await backupMirror(db, backup);
  db.close();
  const next = 'eight yellow bicycles';
  expect(await changePassphrase({ profile, passphrase: PASSPHRASE, next, cost: COST })).toMatchObject({
    ok: true,
  });
  expect(checkFile(backup)).toMatchObject({ ok: false, error: { code: 'MIRROR_LOCKED' } });
  expect((await unlock(backup, next)).ok).toBe(false);
  expect((await unlock(backup, PASSPHRASE)).ok).toBe(true);
  expect(checkFile(backup)).toMatchObject({ ok: true, value: { events, faults: [] } });
  letGoOfKey(backup);
  letGoOfKey(sealedMirror(profile));
  for (const [from, to] of [
    [backup, sealedMirror(profile)],
    [keyFileOf(backup), keyFileOf(sealedMirror(profile))],
  ] as const)
    copyFileSync(from, to);
  expect((await unlock(mirrorFile(profile), PASSPHRASE)).ok).toBe(true);
  expect(checkMirror(profile)).toMatchObject({ ok: true, value: { events, faults: [] } });
});

test('without its passphrase a mirror is opened by nothing, and a wrong one changes nothing', async () => {
  const { profile } = await encrypted();
  const before = files(profile).map((file) => [file, readFileSync(file).toString('base64')]);
  const clock = () => epochMs(0);
  expect(await unlock(mirrorFile(profile), 'seven green umbrella')).toMatchObject({
    ok: false,
    error: { code: 'WRONG_PASSPHRASE' },
  });
  expect(await decryptProfile({ profile, passphrase: 'no', cost: COST })).toMatchObject({ ok: false });
  expect(await changePassphrase({ profile, passphrase: 'no', next: 'nothing', cost: COST })).toMatchObject({
    ok: false,
    error: { code: 'WRONG_PASSPHRASE' },
  });
  expect(openMirror(profile, epochMs(0))).toMatchObject({
    is: 'unusable',
    problem: { code: 'MIRROR_LOCKED' },
  });
  expect(openOffline(profile, '0', clock)).toMatchObject({ ok: false, error: { code: 'MIRROR_LOCKED' } });
  expect(checkMirror(profile)).toMatchObject({ ok: false, error: { code: 'MIRROR_LOCKED' } });
  expect(recoverProfile(profile, null, epochMs(0))).toMatchObject({
    ok: false,
    error: { code: 'NOT_RECOVERABLE' },
  });
  expect(() => openReadable(mirrorFile(profile)).prepare('SELECT 1 FROM session').get()).toThrow(
    'not a database',
  );
  expect(files(profile).map((file) => [file, readFileSync(file).toString('base64')])).toEqual(before);
});

test('a mirror whose key file belongs to another is left alone', async () => {
  const { profile } = await encrypted();
  const sealed = sealedMirror(profile);
  const header = readKeyFile(sealed);
  if (!header.ok) throw new Error('no key file');
  writeKeyFile(sealed, { ...header.value, passphrase: await wrapKey(newDataKey(), PASSPHRASE, COST) });
  const before = readFileSync(sealed);
  expect((await unlock(sealed, PASSPHRASE)).ok).toBe(true);
  expect(openMirror(profile, epochMs(0))).toMatchObject({
    is: 'unusable',
    problem: { code: 'KEY_DOES_NOT_FIT' },
  });
  expect(readFileSync(sealed).equals(before)).toBe(true);
});

test('a damaged one is kept with its key file, and a new one is begun that is encrypted too', async () => {
  const { profile } = await encrypted();
  const sealed = sealedMirror(profile);
  const bytes = readFileSync(sealed);
  bytes.fill(7, 8_192, bytes.length);
  writeFileSync(sealed, bytes);
  await unlock(sealed, PASSPHRASE);
  const opened = openMirror(profile, epochMs(0));
  if (opened.is !== 'open') throw new Error(opened.is);
  expect(opened.problem?.code).toBe('DATABASE_DAMAGED');
  opened.db.exec(`CREATE TABLE later AS SELECT '${NEEDLE}' AS text`);
  opened.db.close();
  expect(holding(profile, NEEDLE)).toEqual([]);
  const kept = files(profile).find((file) => file.includes('.damaged-') && file.endsWith('.db'));
  expect(kept === undefined ? false : existsSync(keyFileOf(kept))).toBe(true);
});

test('decrypting gives back a mirror that needs nothing to be read', async () => {
  const { profile, events } = await encrypted();
  const plain = await decryptProfile({ profile, passphrase: PASSPHRASE, cost: COST });
  expect(plain).toMatchObject({ ok: true, value: { copied: { events }, left: [] } });
  letGoOfKey(sealedMirror(profile));
  expect(mirrorFile(profile)).toBe(plainMirror(profile));
  expect(checkMirror(profile)).toMatchObject({ ok: true, value: { events, faults: [] } });
  expect(files(profile).filter((file) => file.includes('sealed'))).toEqual([]);
  // And there again.
  expect(await encryptProfile({ profile, passphrase: PASSPHRASE, cost: COST })).toMatchObject({
    ok: true,
    value: { copied: { events } },
  });
});

test('decrypting overwrites no database that somebody has put there', async () => {
  const { profile } = await encrypted();
  writeFileSync(plainMirror(profile), 'mine');
  expect(await decryptProfile({ profile, passphrase: PASSPHRASE, cost: COST })).toMatchObject({
    ok: false,
    error: { code: 'FILE_EXISTS' },
  });
  expect(readFileSync(plainMirror(profile), 'utf8')).toBe('mine');
  mirrorOf(profile).db.close();
  expect(readFileSync(plainMirror(profile), 'utf8')).toBe('mine');
});

test('a profile is encrypted before it has a mirror, and says which older databases are not', async () => {
  const { profile } = await profileWithEvents();
  renameSync(plainMirror(profile), join(profile, 'mirror.damaged-then.db'));
  expect(await encryptProfile({ profile, passphrase: PASSPHRASE, cost: COST })).toMatchObject({
    ok: true,
    value: { copied: null, left: [join(profile, 'mirror.damaged-then.db')] },
  });
  await unlock(mirrorFile(profile), PASSPHRASE);
  const { db, file } = mirrorOf(profile);
  expect(file).toBe(sealedMirror(profile));
  db.exec(`CREATE TABLE later AS SELECT '${NEEDLE}' AS text`);
  db.close();
  expect(readFileSync(file).includes(NEEDLE)).toBe(false);
  expect(await encryptProfile({ profile, passphrase: PASSPHRASE, cost: COST })).toMatchObject({
    ok: false,
    error: { code: 'ENCRYPTED_ALREADY' },
  });
  // What was recovered of an older file that is not encrypted is.
  const recovered = recoverProfile(profile, join(profile, 'mirror.damaged-then.db'), epochMs(0));
  expect(recovered).toMatchObject({ ok: true, value: { recovery: { events: 3_000 } } });
  expect(readFileSync(file).includes(NEEDLE)).toBe(false);
  expect(checkMirror(profile)).toMatchObject({ ok: true, value: { events: 3_000, faults: [] } });
});

test('a mirror that is in use is not encrypted', async () => {
  const { profile } = await encrypted();
  expect(heldKey(sealedMirror(profile))).toBeUndefined();
  const locked = await import('#engine/mirror/lock.ts').then(({ lockProfile }) => lockProfile(profile));
  if (!locked.ok) throw new Error(locked.error.message);
  expect(await decryptProfile({ profile, passphrase: PASSPHRASE, cost: COST })).toMatchObject({
    ok: false,
    error: { code: 'PROFILE_IN_USE' },
  });
  locked.value.release();
});

test('the engine waits for a passphrase until it is the right one, and takes a key that was kept', async () => {
  const { profile } = await encrypted();
  const mirror = mirrorFile(profile);
  const told: MessageToMain[] = [];
  const asked: (() => void)[] = [];
  const unlocking = createUnlocking((message) => {
    told.push(message);
    asked.shift()?.();
  });
  const next = (): Promise<void> => new Promise((resolve) => asked.push(resolve));

  let question = next();
  // A key of another mirror, as an older one that was kept, is not used.
  const waited = unlocking.wait(profile, newDataKey(), undefined);
  await question;
  expect(told).toEqual([{ type: 'locked', problem: null }]);
  expect(unlocking.waiting()).toBe(true);
  expect(openMirror(profile, epochMs(0))).toMatchObject({ is: 'unusable' });
  question = next();
  unlocking.entered('wrong');
  await question;
  expect(told[1]).toMatchObject({ type: 'locked', problem: { code: 'WRONG_PASSPHRASE' } });
  unlocking.entered(PASSPHRASE);
  await waited;
  const last = told[2];
  if (last?.type !== 'unlocked') throw new Error('it was not unlocked');
  expect(heldKey(mirror)).toBe(last.key);

  letGoOfKey(mirror);
  told.length = 0;
  await unlocking.wait(profile, last.key, undefined);
  expect(told).toEqual([]);
  expect(heldKey(mirror)).toBe(last.key);

  letGoOfKey(mirror);
  const file = join(profile, 'passphrase');
  writeFileSync(file, `${PASSPHRASE}\n`, { mode: 0o600 });
  await unlocking.wait(profile, undefined, file);
  expect(told).toEqual([{ type: 'unlocked', key: last.key }]);
});

test('a data key is 256 bits', () => {
  expect(DataKey.safeParse('0'.repeat(63)).success).toBe(false);
  expect(newDataKey()).toMatch(/^[0-9a-f]{64}$/);
});
