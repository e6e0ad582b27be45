import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a program may take to close its windows and databases after it was asked to. */
const PATIENCE_MS = 5_000;

/** @param {number} group @param {NodeJS.Signals | 0} signal @returns {boolean} false when no process is left in it */
function signalGroup(group, signal) {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether a process of a group still runs. An ended one that its parent has not collected still has a number and
 * takes signals; where the first process of a container never collects, waiting for that would not end.
 * @param {number} group
 */
async function isAlive(group) {
  if (!signalGroup(group, 0)) return false;
  if (process.platform !== 'linux') return true;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const states = await Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // proc_pid_stat(5): after the name in parentheses come the state, the parent and the group.
      const [state, , of] = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return Number(of) === group && state !== 'Z' && state !== 'X';
    }),
  );
  return states.includes(true);
}

/**
 * Asks what is left of a group to end, waits until it has, and kills what does not.
 * @param {number} group
 * @param {number} patienceMs
 */
export async function endGroup(group, patienceMs) {
  const deadline = Date.now() + patienceMs;
  signalGroup(group, 'SIGTERM');
  while (await isAlive(group)) {
    if (Date.now() >= deadline) signalGroup(group, 'SIGKILL');
    await sleep(20);
  }
}

/**
 * Waits for a child that leads a process group (spawned with `detached`). When this process is asked to end, or
 * whoever started it is gone, the child is asked to end, and is killed if it does not; a second Ctrl-C kills at once.
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ patienceMs?: number }} [options]
 * @returns {Promise<number>} the exit code to end with
 */
export async function superviseGroup(child, { patienceMs = PATIENCE_MS } = {}) {
  const group = child.pid;
  /** @type {NodeJS.Signals | undefined} */
  let asked;
  const end = (/** @type {NodeJS.Signals} */ signal) => {
    if (group === undefined) return;
    if (asked) {
      signalGroup(group, 'SIGKILL');
      return;
    }
    asked = signal;
    // Only the leader: it closes its own helpers in the right order.
    child.kill('SIGTERM');
    setTimeout(() => signalGroup(group, 'SIGKILL'), patienceMs).unref();
  };
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) process.on(signal, end);
  // npm starts scripts through a shell that does not pass signals on: its end shows only as a new parent.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent && !asked) end('SIGHUP');
  }, 500);
  const code = await new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (status, signal) => resolve(status ?? (signal === 'SIGKILL' ? 137 : 143)));
  });
  clearInterval(watch);
  if (group !== undefined) await endGroup(group, 2_000);
  for (const signal of signals) process.off(signal, end);
  return asked === 'SIGINT' ? 130 : asked ? 143 : code;
}
