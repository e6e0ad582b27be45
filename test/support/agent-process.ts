import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import type { Scope } from '#shared/protocol/handshake.ts';
import { ALL_SCOPES } from './scopes.ts';

/** The built program, as it is shipped; `npm test` builds it first. */
export const AGENT_PROGRAM = join(import.meta.dirname, '../../out/main/agent.js');

const START_MS = 60_000;

export interface AgentProcess {
  readonly url: string;
  readonly pid: number;
  /** Everything it wrote to stderr. */
  stderr(): string;
  /** Sends a signal and resolves with how it ended. */
  stop(
    signal?: NodeJS.Signals,
  ): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}
export interface AgentFolder {
  readonly path: string;
  readonly config: string;
  start(...flags: readonly string[]): Promise<AgentProcess>;
  /** Runs a short command; resolves also when it fails. */
  run(
    ...args: readonly string[]
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  /** Text of a new token. */
  token(name: string, scopes?: readonly Scope[]): Promise<string>;
}

/** A folder with a configuration of the real agent on a demo store; `config` is laid over the defaults. */
export function agentFolder(path: string, config: Readonly<Record<string, unknown>> = {}): AgentFolder {
  if (!existsSync(AGENT_PROGRAM)) throw new Error(`${AGENT_PROGRAM} is missing: run “npm run build” first`);
  mkdirSync(path, { recursive: true });
  const file = join(path, 'agent.yaml');
  const defaults = {
    environment: { id: 'demo', name: 'Demo' },
    dataDir: 'data',
    listen: { port: 0 },
    store: { kind: 'demo', dir: 'demo', preset: 'shop', people: 40, historyDays: 2, rate: 20 },
    poll: { intervalMs: 100, adaptive: false },
  };
  writeFileSync(file, stringify({ ...defaults, ...config }));
  const run: AgentFolder['run'] = async (...args) => {
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [
        AGENT_PROGRAM,
        '--config',
        file,
        ...args,
      ]);
      return { code: 0, stdout, stderr };
    } catch (error) {
      const failed = error as { code?: unknown; stdout?: string; stderr?: string };
      return { code: Number(failed.code), stdout: failed.stdout ?? '', stderr: failed.stderr ?? '' };
    }
  };
  return {
    path,
    config: file,
    run,
    start: (...flags) => start(spawn(process.execPath, [AGENT_PROGRAM, '--config', file, ...flags])),
    async token(name, scopes = ALL_SCOPES) {
      const { code, stdout, stderr } = await run(
        'token',
        'create',
        '--name',
        name,
        '--scopes',
        scopes.join(','),
      );
      if (code !== 0) throw new Error(stderr);
      return stdout.trim();
    },
  };
}

function start(child: ChildProcess): Promise<AgentProcess> {
  let stdout = '';
  let stderr = '';
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the agent did not listen: ${stderr}`));
    }, START_MS);
    void ended.then(({ code }) => {
      clearTimeout(timer);
      reject(new Error(`the agent ended with ${String(code)}: ${stderr}`));
    });
    child.stdout?.on('data', (data: Buffer) => {
      stdout += data.toString();
      const url = /listening on (\S+)/.exec(stdout)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve({
        url,
        pid: child.pid ?? 0,
        stderr: () => stderr,
        stop(signal = 'SIGTERM') {
          child.kill(signal);
          return ended;
        },
      });
    });
  });
}
