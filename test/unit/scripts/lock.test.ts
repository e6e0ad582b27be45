import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from '../../../scripts/lib/lock.mjs';

let folder = '';
let lock = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchfloor-lock-'));
  lock = join(folder, 'a.lock');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function leave(owner: object): void {
  mkdirSync(lock);
  writeFileSync(join(lock, 'owner.json'), JSON.stringify(owner));
}

/** The pid of a process that has just ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '0']).pid;
}

test('one at a time, however many ask, and all get their turn', async () => {
  let inside = 0;
  let most = 0;
  const turn = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setTimeout(resolve, 5));
    inside -= 1;
    return 1;
  };
  const turns = await Promise.all(Array.from({ length: 5 }, () => withLock(lock, 'testing', turn)));
  expect(turns).toEqual([1, 1, 1, 1, 1]);
  expect(most).toBe(1);
  expect(existsSync(lock)).toBe(false);
});

test('the lock is given back when the work fails', async () => {
  const work = () => Promise.reject(new Error('no'));
  await expect(withLock(lock, 'testing', work)).rejects.toThrow('no');
  expect(existsSync(lock)).toBe(false);
});

test('the lock of a killed process is taken over, by one at a time', async () => {
  leave({ pid: deadPid(), host: hostname(), started: '' });
  let inside = 0;
  const turn = async () => {
    inside += 1;
    expect(inside).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    inside -= 1;
  };
  await Promise.all([withLock(lock, 'testing', turn), withLock(lock, 'testing', turn)]);
  expect(existsSync(lock)).toBe(false);
});

test('a pid that was given to another process is not its owner', async () => {
  leave({ pid: process.pid, host: hostname(), started: '1' });
  expect(await withLock(lock, 'testing', () => Promise.resolve('mine'))).toBe('mine');
});

test('the lock of a living process is waited for', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const order: string[] = [];
  const first = withLock(lock, 'testing', async () => {
    await held;
    order.push('first');
  });
  while (!existsSync(lock)) await new Promise((resolve) => setTimeout(resolve, 1));
  const second = withLock(lock, 'testing', () => Promise.resolve(order.push('second')));
  release();
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'second']);
});
