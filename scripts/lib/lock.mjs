import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './report.mjs';

/** A lock whose owner cannot be asked (another machine, or no owner noted) is given up after this long. */
const UNKNOWN_OWNER_MS = 20_000;
const OTHER_HOST_MS = 30 * 60_000;

/** @typedef {{ pid: number, host: string, started: string }} Owner */

/**
 * When a process was started, in clock ticks since boot, so that a reused pid is not taken for the owner.
 * Empty where the system has no /proc.
 * @param {number} pid
 */
async function startOf(pid) {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // proc_pid_stat(5): the name in parentheses may hold spaces; starttime is the 20th field after it.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** @param {number} pid @returns {boolean} whether such a process runs, under whatever account */
export function exists(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another account.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** @param {string} folder @returns {Promise<Owner | undefined>} */
async function ownerOf(folder) {
  try {
    const value = JSON.parse(await readFile(join(folder, 'owner.json'), 'utf8'));
    return typeof value.pid === 'number' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} folder @returns {Promise<boolean>} whether whoever made the lock is gone */
async function isStale(folder) {
  const owner = await ownerOf(folder);
  const made = await stat(folder).catch(() => undefined);
  if (!made) return false;
  const age = Date.now() - made.mtimeMs;
  if (!owner) return age > UNKNOWN_OWNER_MS;
  if (owner.host !== hostname()) return age > OTHER_HOST_MS;
  return !exists(owner.pid) || (owner.started !== '' && owner.started !== (await startOf(owner.pid)));
}

/**
 * Removes a lock at once. Emptying it where it stands would leave an empty folder for a moment, and another
 * process's rename onto that would succeed only to be removed as well.
 * @param {string} folder
 */
async function removeWhole(folder) {
  const away = `${folder}.${process.pid}.${Math.random().toString(36).slice(2)}.gone`;
  await rename(folder, away);
  await rm(away, { recursive: true, force: true });
}

/**
 * Removes a stale lock. Only one waiter may do it: two that both saw it stale could otherwise remove the
 * lock that the faster of them had just taken.
 * @param {string} folder
 */
async function breakStale(folder) {
  const breaking = `${folder}.breaking`;
  try {
    await mkdir(breaking);
  } catch {
    const made = await stat(breaking).catch(() => undefined);
    if (made && Date.now() - made.mtimeMs > UNKNOWN_OWNER_MS)
      await rm(breaking, { recursive: true, force: true });
    return;
  }
  try {
    if (await isStale(folder)) await removeWhole(folder);
  } finally {
    await rm(breaking, { recursive: true, force: true });
  }
}

/** @param {string} folder @returns {Promise<boolean>} */
async function tryTake(folder) {
  // The owner is noted before the lock appears, so that a lock without an owner is never seen in practice.
  const prepared = `${folder}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await mkdir(prepared);
  const owner = { pid: process.pid, host: hostname(), started: await startOf(process.pid) };
  await writeFile(join(prepared, 'owner.json'), JSON.stringify(owner));
  try {
    // rename(2) onto a folder that is not empty fails, which makes it an atomic test-and-set.
    await rename(prepared, folder);
    return true;
  } catch (error) {
    await rm(prepared, { recursive: true, force: true });
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Runs `work` while no other process holds the same lock. A lock left by a killed process is taken over.
 * @template T
 * @param {string} folder the lock
 * @param {string} what named in the line printed when another process has to be waited for
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(folder, what, work) {
  await mkdir(dirname(folder), { recursive: true });
  let told = false;
  while (!(await tryTake(folder))) {
    if (await isStale(folder)) {
      await breakStale(folder);
      continue;
    }
    if (!told) say(`waiting for another process (pid ${(await ownerOf(folder))?.pid ?? 'unknown'}): ${what}`);
    told = true;
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    await removeWhole(folder);
  }
}
