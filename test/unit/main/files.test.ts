import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { restartDelayMs } from '#main/back-off.ts';
import { readConnectionFile } from '#main/connection-file.ts';
import { requestedProfile } from '#main/profile.ts';
import { openSecrets, type Keychain } from '#main/secrets-file.ts';
import { openSettings } from '#main/settings-file.ts';
import { ConnectionId } from '#shared/domain/ids.ts';

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchfloor-files-'));
});

describe('settings', () => {
  test('a change keeps what it does not name, also across a restart', () => {
    const file = join(folder, 'settings.json');
    openSettings(file, silent).put({ theme: 'light', operatorName: 'r.ilves' });
    openSettings(file, silent).put({ density: 'comfortable' });
    expect(openSettings(file, silent).get()).toMatchObject({
      theme: 'light',
      operatorName: 'r.ilves',
      density: 'comfortable',
      demo: true,
    });
  });

  test('a damaged file is kept beside and the defaults are used', () => {
    const file = join(folder, 'settings.json');
    writeFileSync(file, '{"theme": "li');
    expect(openSettings(file, silent).get().theme).toBe('system');
    expect(readFileSync(`${file}.unreadable`, 'utf8')).toBe('{"theme": "li');
  });
});

describe('secrets', () => {
  const mirror = (text: string) => Buffer.from(text).reverse();
  const keychain = (available: boolean, backend: string): Keychain => ({
    isEncryptionAvailable: () => available,
    encryptString: mirror,
    decryptString: (sealed) => Buffer.from(sealed).reverse().toString(),
    getSelectedStorageBackend: () => backend,
  });
  const connection = ConnectionId.parse('c1');

  test('are sealed by the keychain and readable by their owner only', () => {
    const file = join(folder, 'secrets.json');
    openSecrets(file, keychain(true, 'gnome_libsecret'), silent).put(connection, 'wf_token');
    expect(readFileSync(file, 'utf8')).not.toContain('wf_token');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(openSecrets(file, keychain(true, 'gnome_libsecret'), silent).all()).toEqual({ c1: 'wf_token' });
  });

  test.each([
    ['no keychain', keychain(false, 'unknown')],
    ['the fixed key that Chromium falls back to', keychain(true, 'basic_text')],
  ])('with %s nothing is written and the state says so', (_what, chain) => {
    const file = join(folder, 'secrets.json');
    const secrets = openSecrets(file, chain, silent);
    secrets.put(connection, 'wf_token');
    expect(secrets.kept).toBe('this-run');
    expect(secrets.all()).toEqual({ c1: 'wf_token' });
    expect(existsSync(file)).toBe(false);
  });
});

describe('connection files', () => {
  const write = (content: string) => {
    const file = join(folder, 'shop.json');
    writeFileSync(file, content);
    return file;
  };
  const good = { watchfloor: 1, name: 'shop', url: 'https://agent.example.org:7420', token: 't' };

  test('a good one is read', async () => {
    expect(await readConnectionFile(write(JSON.stringify(good)))).toMatchObject({ name: 'shop' });
  });
  test.each([
    ['not JSON', '{', /shop\.json is not JSON/],
    ['a missing token', JSON.stringify({ ...good, token: undefined }), /not a connection file[\s\S]*token/],
    ['plain http beyond loopback', JSON.stringify({ ...good, url: 'http://agent.example.org' }), /use https/],
    ['a huge file', ' '.repeat(200_000), /bytes/],
  ])('%s is said', async (_what, content, message) => {
    await expect(readConnectionFile(write(content))).rejects.toThrow(message);
  });
});

describe('profile and restarts', () => {
  test('a flag wins over the environment', () => {
    expect(requestedProfile(['x', '--profile=/a/b'], { WATCHFLOOR_PROFILE: '/c' })).toBe('/a/b');
    expect(requestedProfile(['x'], { WATCHFLOOR_PROFILE: '/c' })).toBe('/c');
    expect(requestedProfile(['x'], {})).toBeNull();
  });

  test('a child that keeps failing waits longer, up to ten seconds; one that ran well starts at once', () => {
    let failures = 0;
    const delays = Array.from({ length: 8 }, () => {
      const next = restartDelayMs(failures, 10);
      failures = next.failures;
      return next.delayMs;
    });
    expect(delays[0]).toBe(100);
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    expect(delays.at(-1)).toBe(10_000);
    expect(restartDelayMs(failures, 61_000).delayMs).toBe(100);
  });
});
