import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where a process kills itself; `random`: it is killed from outside at any moment. */
export const STEPS = ['begin', 'statement', 'before-commit', 'after-commit', 'random'] as const;
export type Step = (typeof STEPS)[number];
/** Steps at which a transaction is certainly open. */
export const INSIDE: ReadonlySet<Step> = new Set(['begin', 'statement', 'before-commit']);

export interface Fault {
  readonly step: Step | 'none';
  /** Transactions that go well before it. */
  readonly after: number;
  readonly statement: number;
  /** A query of the database: the step counts only when it answers more than 0. */
  readonly when?: string;
}
export const NO_FAULT: Fault = { step: 'none', after: 0, statement: 1 };

export interface Killable {
  readonly process: ChildProcess;
  output(): string;
  /** Gives a process a fault, as soon as it hears: before that the signal would just end it. */
  arm(fault: Fault): Promise<void>;
  /** Resolves when it has ended; says by what. */
  readonly ended: Promise<NodeJS.Signals | number | null>;
  /** Whether a transaction was open when it ended. */
  insideTransaction(): boolean;
}

/** Starts a built program with the hook that watches (and kills) it at a step of its transactions. */
export function startKillable(options: {
  readonly program: string;
  readonly args: readonly string[];
  readonly database: string;
  readonly mark: string;
  readonly fault: Fault;
}): Killable {
  const { fault, mark } = options;
  // The one before may have left its last word here.
  writeFileSync(mark, '');
  const hook = join(import.meta.dirname, 'kill-hook.mjs');
  const child = spawn(process.execPath, ['--import', hook, options.program, ...options.args], {
    env: {
      ...process.env,
      FAULT_DATABASE: options.database,
      FAULT_STEP: fault.step === 'random' ? 'none' : fault.step,
      FAULT_AFTER: String(fault.after),
      FAULT_STATEMENT: String(fault.statement),
      FAULT_WHEN: fault.when ?? '',
      FAULT_MARK: mark,
      FAULT_FILE: `${mark}.fault`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-20_000);
    });
  }
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal ?? code);
    });
  });
  return {
    process: child,
    output: () => text,
    arm: async (next) => {
      writeFileSync(`${mark}.fault`, JSON.stringify(next));
      while (readFileSync(mark, 'utf8') === '' && child.exitCode === null && child.signalCode === null)
        await sleep(10);
      child.kill('SIGUSR2');
    },
    ended,
    insideTransaction: () => readFileSync(mark, 'utf8') === 'o',
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Small seeded generator (mulberry32), so that a failing run can be run again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
