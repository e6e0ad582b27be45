import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openState } from '#agent/state/state.ts';
import type { HandleKeys } from '#agent/keys/handle-keys.ts';
import { systemClock, temporaryFolder } from '#test/support/agent-in-process.ts';
import { agentFolder, type AgentFolder, type AgentProcess } from '#test/support/agent-process.ts';
import type { TestDatabase } from '#test/conformance/stores/databases.ts';
import { freePort } from '#test/faults/parts/killable.ts';

/** Far more than a listing takes: one that fails again and again must not be waited for. */
const LISTED_WITHIN_MS = 120_000;
const ASK_EVERY_MS = 50;

/** The built program on an application's tables, in a process of its own, as people run it. */
export interface ShippedAgent {
  readonly process: AgentProcess;
  /** Milliseconds from its start until everything was listed and could be served. */
  readonly listedMs: number;
  /** Makes a token with every scope. */
  token(): Promise<string>;
  /** The keys that its handles are made with. */
  keys(): HandleKeys;
  /** The most memory that its process ever had at once, all its threads together (VmHWM), in MB. */
  peakMb(): number;
  /** Processor time of all its threads so far, in milliseconds. */
  cpuMs(): number;
  stop(): Promise<void>;
}

/** @param config laid over `store`, for instance `poll` */
export async function startShippedAgent(
  store: { readonly kind: string } & Readonly<Record<string, unknown>>,
  config: Readonly<Record<string, unknown>> = {},
): Promise<ShippedAgent> {
  const folder = temporaryFolder();
  const port = await freePort();
  const shipped: AgentFolder = agentFolder(folder.path, {
    environment: { id: 'bench', name: 'Bench' },
    store,
    poll: { intervalMs: 2_000 },
    privileged: { roles: ['editor'] },
    limits: { targets: 10_000 },
    health: { port },
    ...config,
  });
  const began = performance.now();
  const agent = await shipped.start();
  try {
    await listed(`http://127.0.0.1:${String(port)}/healthz`, began, agent);
  } catch (error) {
    await agent.stop('SIGKILL');
    throw error;
  }
  const listedMs = performance.now() - began;
  return {
    process: agent,
    listedMs,
    token: () => shipped.token('bench'),
    keys() {
      const state = openState(join(folder.path, 'data'), systemClock, false);
      state.close();
      return state.keys;
    },
    peakMb: () => Number(statusOf(agent.pid, 'VmHWM')) / 1_024,
    cpuMs: () => cpuMsOf(agent.pid),
    async stop() {
      await agent.stop();
      folder.remove();
    },
  };
}

export const drupalOn = (db: TestDatabase) => ({ kind: 'drupal', database: db.config });

async function listed(url: string, began: number, agent: AgentProcess): Promise<void> {
  for (;;) {
    const health = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (health) return;
    if (performance.now() - began > LISTED_WITHIN_MS)
      throw new Error(`not listed: ${agent.stderr().slice(-500)}`);
    await sleep(ASK_EVERY_MS);
  }
}

/** A value in kB of /proc/<pid>/status. */
function statusOf(pid: number, name: string): string {
  const text = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 'NaN';
}

/** A tick of /proc is a hundredth of a second everywhere (USER_HZ). */
const MS_A_TICK = 10;

/** Processor time of a process so far, of all its threads, in milliseconds; 0 when it is gone. */
export function cpuMsOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // proc_pid_stat(5): fields 14 and 15 are ticks in user mode and in the kernel; what is after the name is from 3 on.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * MS_A_TICK;
  } catch {
    return 0;
  }
}
