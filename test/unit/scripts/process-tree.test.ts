import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endProcessesIn, run } from '../../../scripts/lib/child.mjs';
import { exists } from '../../../scripts/lib/lock.mjs';
import { endGroup, superviseGroup } from '../../../scripts/lib/process-tree.mjs';

/** A leader that starts a child, both deaf to polite requests; resolves with the pids of both. */
async function stubbornFamily(): Promise<{ leader: ChildProcess; pids: number[] }> {
  const deaf = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);";
  const program = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['-e', ${JSON.stringify(`${deaf} console.log(process.pid)`)}]);
    ${deaf}
    child.stdout.on('data', (pid) => console.log(process.pid + ' ' + pid));`;
  const leader = spawn(process.execPath, ['-e', program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const text = await new Promise<string>((resolve) =>
    leader.stdout.once('data', (data) => {
      resolve(String(data));
    }),
  );
  return { leader, pids: text.trim().split(/\s+/).map(Number) };
}

/** Ended, be it that their parent has not collected them yet (state Z, see proc_pid_stat(5)). */
async function allGone(pids: readonly number[]): Promise<boolean> {
  const runs = (pid: number) => {
    try {
      return !/\) [ZX] /.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));
    } catch {
      return false;
    }
  };
  for (let turn = 0; turn < 200 && pids.some(runs); turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return !pids.some(runs);
}

test('a group that does not end when asked is killed whole', async () => {
  const { leader, pids } = await stubbornFamily();
  expect(pids.map(exists)).toEqual([true, true]);
  await endGroup(leader.pid ?? 0, 50);
  expect(await allGone(pids)).toBe(true);
});

test('what a program leaves in its group ends with it, and its exit code is passed on', async () => {
  const program = `
    const { spawn } = require('node:child_process');
    const left = spawn('sleep', ['1000'], { stdio: 'ignore' });
    console.log(left.pid);
    left.unref();
    process.exitCode = 7;`;
  const child = spawn(process.execPath, ['-e', program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const left = new Promise<number>((resolve) =>
    child.stdout.once('data', (data) => {
      resolve(Number(data));
    }),
  );
  expect(await superviseGroup(child)).toBe(7);
  expect(await allGone([await left])).toBe(true);
});

test('processes that still work in a folder are ended, others not', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'watchfloor-tree-')));
  const inside = spawn('sleep', ['1000'], { cwd: folder });
  const outside = spawn('sleep', ['1000'], { cwd: tmpdir() });
  const ended = new Promise((resolve) =>
    inside.once('exit', (_code, signal) => {
      resolve(signal);
    }),
  );
  await new Promise((resolve) => inside.once('spawn', resolve));
  await endProcessesIn(folder);
  expect(await ended).toBe('SIGKILL');
  expect(outside.exitCode ?? outside.signalCode).toBeNull();
  outside.kill();
  rmSync(folder, { recursive: true, force: true });
});

test('a command that is missing, fails or hangs is reported, not thrown', async () => {
  expect((await run(process.execPath, ['-e', 'console.log(1); console.error(2)'])).output).toBe('1\n2\n');
  expect(await run(process.execPath, ['-e', 'process.exit(3)'])).toEqual({ code: 3, output: '' });
  expect((await run(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 50 })).code).toBe(
    128,
  );
  expect((await run('no-such-command', [])).code).not.toBe(0);
});
