import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnBound } from './child.mjs';
import { exists } from './lock.mjs';
import { localCache } from './paths.mjs';
import { SetupError } from './report.mjs';
import { findProgram } from './system-libraries.mjs';

/** @returns {boolean} whether windows can be shown without further ado */
export function hasDisplay(env = process.env) {
  return process.platform !== 'linux' || Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY']);
}

/**
 * An X authority file with one cookie for every display: family "wild", no address, no number
 * (Xau's format: each field a big-endian 16-bit length and its bytes).
 * @param {Buffer} cookie
 */
export function authorityFile(cookie) {
  const field = (/** @type {Buffer} */ bytes) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const nothing = field(Buffer.alloc(0));
  return Buffer.concat([
    Buffer.from([0xff, 0xff]),
    nothing,
    nothing,
    field(Buffer.from('MIT-MAGIC-COOKIE-1')),
    field(cookie),
  ]);
}

/** Removes what a killed run left: a display that is gone needs no cookie. */
async function sweep() {
  for (const name of await readdir(localCache).catch(() => [])) {
    const pid = Number(/^display-(\d+)$/.exec(name)?.[1]);
    if (pid && !exists(pid)) await rm(join(localCache, name), { recursive: true, force: true });
  }
}

/** @typedef {{ env: Record<string, string>, stop: () => Promise<void> }} Display */

/**
 * Starts a virtual display that only this account can use. It is in a session of its own, so that Ctrl-C in
 * the terminal does not take it away before the window has closed.
 * @returns {Promise<Display>}
 */
export async function startDisplay() {
  const xvfb = await findProgram('Xvfb');
  if (!xvfb) throw new SetupError('Xvfb is not installed (Debian package xvfb).');
  await sweep();
  const folder = join(localCache, `display-${process.pid}`);
  await mkdir(folder, { recursive: true });
  const authority = join(folder, 'authority');
  await writeFile(authority, authorityFile(randomBytes(16)), { mode: 0o600 });
  const child = spawnBound(
    xvfb,
    ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp', '-noreset', '-auth', authority],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], detached: true },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
    await ended;
    clearTimeout(timer);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const number = await displayNumber(child);
    return { env: { DISPLAY: `:${number}`, XAUTHORITY: authority }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<number>} */
function displayNumber(child) {
  return new Promise((resolve, reject) => {
    let errors = '';
    let text = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk) => (errors += chunk));
    child.once('error', reject);
    child.once('close', () => reject(new SetupError(`Xvfb did not start:\n${errors.trim()}`)));
    const answer = /** @type {import('node:stream').Readable} */ (child.stdio[3]);
    answer.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(Number.parseInt(text, 10));
    });
  });
}
