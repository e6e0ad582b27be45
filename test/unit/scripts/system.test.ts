import { expect, test } from 'vitest';
import { isInstalled } from '../../../scripts/lib/dependencies.mjs';
import { authorityFile, hasDisplay } from '../../../scripts/lib/display.mjs';
import { needsBuild } from '../../../scripts/lib/sqlite.mjs';
import { missingLibraries, missingPackages } from '../../../scripts/lib/system-libraries.mjs';
import { isNodeRecent } from '../../../scripts/setup.mjs';

test('libraries that the dynamic linker did not find', () => {
  const output = [
    '\tlinux-vdso.so.1 (0x00007ffd0a1f2000)',
    '\tlibgtk-3.so.0 => not found',
    '\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f3e6a400000)',
    '\tlibnss3.so => not found',
  ].join('\n');
  expect(missingLibraries(output)).toEqual(['libgtk-3.so.0', 'libnss3.so']);
  expect(missingLibraries('\tlibc.so.6 => /lib/libc.so.6 (0x0)\n')).toEqual([]);
});

test('a Debian package that was removed or half installed is missing', () => {
  const status = [
    'Package: xvfb\nStatus: install ok installed\nVersion: 2\n',
    'Package: xauth\nStatus: deinstall ok config-files\n',
    'Package: redis-server\nStatus: install ok half-configured\n',
    'Package: libgbm1\nStatus: hold ok installed\n',
  ].join('\n');
  expect(missingPackages(['xvfb', 'xauth', 'redis-server', 'libgbm1', 'postgresql'], status)).toEqual([
    'xauth',
    'redis-server',
    'postgresql',
  ]);
});

const wanted = {
  '': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/b-darwin': { version: '1.0.0', integrity: 'sha512-b', optional: true },
};

test('an install agrees with the lock file, packages of other platforms aside', () => {
  expect(isInstalled(wanted, { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } })).toBe(true);
});

test.each([
  ['another version', { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }],
  ['another content', { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' } }],
  ['a package missing', {}],
  [
    'a package too many',
    { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' }, 'node_modules/c': { version: '1.0.0' } },
  ],
])('an install with %s does not', (_case, installed) => {
  expect(isInstalled(wanted, installed)).toBe(false);
});

test('an own build of the database addon is made when any runtime offers less than Node-API 10', () => {
  expect(needsBuild([9])).toBe(true);
  expect(needsBuild([10, 9])).toBe(true);
  expect(needsBuild([10, 10])).toBe(false);
  expect(needsBuild([])).toBe(false);
});

test('the Node that is too old is told apart by number, not by text', () => {
  expect(['20.18.0', '20.20.2', '22.0.0', '100.1.0'].map(isNodeRecent)).toEqual([true, true, true, true]);
  expect(['20.17.9', '18.20.0', '9.99.0'].map(isNodeRecent)).toEqual([false, false, false]);
});

test('a display is one of X or of Wayland', () => {
  expect([{ DISPLAY: ':0' }, { WAYLAND_DISPLAY: 'wayland-0' }].map(hasDisplay)).toEqual([true, true]);
  expect([{}, { DISPLAY: '' }].map(hasDisplay)).toEqual([false, false]);
});

test('the X authority file holds one cookie for any display', () => {
  const file = authorityFile(Buffer.alloc(16, 0xab));
  const name = Buffer.from('MIT-MAGIC-COOKIE-1').toString('hex');
  expect(file.toString('hex')).toBe(`ffff000000000012${name}0010${'ab'.repeat(16)}`);
});
