import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';

const SETPRIV = '/usr/bin/setpriv';
const hasSetpriv = process.platform === 'linux' && existsSync(SETPRIV);

/** Children, and whether each leads a process group of its own. @type {Map<import('node:child_process').ChildProcess, boolean>} */
const running = new Map();

/**
 * Starts a child that does not outlive this process: even when this one is killed outright, the kernel
 * ends the child (Linux with setpriv; elsewhere only orderly ends are covered).
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
export function spawnBound(command, args, options) {
  const child = hasSetpriv
    ? spawn(SETPRIV, ['--pdeathsig', 'TERM', '--', command, ...args], options)
    : spawn(command, args, options);
  running.set(child, options.detached === true);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/**
 * @typedef {{ code: number, output: string }} Result
 *   `output`: what it wrote to stdout and stderr; a child ended by a signal has code 128.
 */

/**
 * Runs a command to its end and gathers what it wrote. Does not throw for a non-zero exit.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions & { timeoutMs?: number, onOutput?: (text: string) => void }} [options]
 * @returns {Promise<Result>}
 */
export function run(command, args, { timeoutMs, onOutput, ...options } = {}) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawnBound(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output += text;
        onOutput?.(text);
      });
    }
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, output: `${command}: ${error.message}` });
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 128, output });
    });
  });
}

/**
 * npm as it was started, or from the PATH.
 * @param {readonly string[]} args
 * @returns {[string, string[]]}
 */
export function npm(args) {
  const script = process.env['npm_execpath'];
  if (script?.endsWith('.js') && existsSync(script)) return [process.execPath, [script, ...args]];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', [...args]];
}

/**
 * The end of a long output, for an error message.
 * @param {string} output
 * @param {number} [lines]
 */
export function tail(output, lines = 15) {
  return output.trimEnd().split('\n').slice(-lines).join('\n');
}

/**
 * What npm complained about: it says what is wrong first and ends with its manual.
 * @param {string} output
 */
export function npmErrors(output) {
  const errors = output.split('\n').filter((line) => line.startsWith('npm error'));
  return (errors.length > 0 ? errors : output.split('\n')).slice(0, 12).join('\n');
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {boolean} leads
 */
function endChild(child, leads) {
  try {
    if (leads && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    else child.kill('SIGTERM');
  } catch {
    // It has just ended by itself.
  }
}

/**
 * Ends what an interrupted run has left working in a folder (a compiler outlives a killed script). Linux only.
 * @param {string} folder
 */
export async function endProcessesIn(folder) {
  for (const name of await readdir('/proc').catch(() => [])) {
    const at = /^\d+$/.test(name) ? await readlink(`/proc/${name}/cwd`).catch(() => '') : '';
    if (at !== folder && !at.startsWith(`${folder}/`)) continue;
    try {
      process.kill(Number(name), 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  }
}

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * While `work` runs, Ctrl-C and an end request stop the children and then this process.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function interruptible(work) {
  /** @param {NodeJS.Signals} signal */
  const stop = (signal) => {
    for (const [child, leads] of running) endChild(child, leads);
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}
