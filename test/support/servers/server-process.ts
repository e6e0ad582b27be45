import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { privateFolder, type PrivateFolder } from './private-folder.ts';

/** A server that a test started and that ends with it, whatever happens. */
export interface ServerProcess {
  readonly folder: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its data. */
  dispose(): Promise<void>;
}

/** Longer than a busy machine takes to write what a server holds, and less than a test may take. */
const STOPS_WITHIN_MS = 45_000;

/** Lets the kernel end a server whose test run was killed without a chance to tidy up. */
const SETPRIV = '/usr/bin/setpriv';
const DIE_WITH_US = ['--pdeathsig', 'KILL', '--'];

const running = new Set<ChildProcess>();
const folders = new Set<PrivateFolder>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) folder.remove();
});

/** A free port of the loopback interface. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}

export interface ServerPlan {
  readonly name: string;
  readonly command: string;
  arguments(folder: string): readonly string[];
  /** Fills the data folder once, before the first start. */
  prepare(folder: PrivateFolder): void;
  /** Resolves when it answers; rejected again and again until then. */
  answers(folder: string): Promise<void>;
  readonly stopSignal: NodeJS.Signals;
}

/** Starts a server in a folder of its own and waits until it answers. */
export async function startServer(plan: ServerPlan): Promise<ServerProcess> {
  const folder = privateFolder(plan.name);
  folders.add(folder);
  let child: ChildProcess | null = null;
  let output = '';
  const start = async (): Promise<void> => {
    const [command, ...leading] = existsSync(SETPRIV)
      ? [SETPRIV, ...DIE_WITH_US, plan.command]
      : [plan.command];
    const started = spawn(command, [...leading, ...plan.arguments(folder.path)], {
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: folder.path,
        TMPDIR: folder.path,
        LC_ALL: 'C.UTF-8',
        TZ: 'UTC',
      },
      ...(folder.account ?? {}),
    });
    child = started;
    running.add(started);
    started.once('exit', () => running.delete(started));
    const note = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-4_000);
    };
    started.stdout.on('data', note);
    started.stderr.on('data', note);
    for (let attempt = 0; ; attempt += 1) {
      try {
        await plan.answers(folder.path);
        return;
      } catch (error) {
        if (started.exitCode !== null || attempt > 1_200) {
          throw new Error(`${plan.name} did not start:\n${output}`, { cause: error });
        }
        await sleep(50);
      }
    }
  };
  const stop = async (): Promise<void> => {
    const stopping = child;
    child = null;
    if (stopping === null || stopping.exitCode !== null) return;
    const gone = new Promise((resolve) => stopping.once('exit', resolve));
    stopping.kill(plan.stopSignal);
    // Ended hard, a server that confirms before it has written would have lost what a test has just put there.
    const late = setTimeout(() => stopping.kill('SIGKILL'), STOPS_WITHIN_MS);
    await gone;
    clearTimeout(late);
  };
  const dispose = async (): Promise<void> => {
    await stop();
    folder.remove();
    folders.delete(folder);
  };
  try {
    plan.prepare(folder);
    await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return { folder: folder.path, start, stop, dispose };
}
