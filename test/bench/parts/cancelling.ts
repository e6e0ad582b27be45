import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createReader, type Reader } from '#engine/mirror/reader.ts';
import { QUERY_METHODS } from '#shared/ipc/query-contract.ts';
import { epochMs } from '#shared/domain/units.ts';
import { processTree } from './process-memory.ts';

/** Questions that look at all events, or at all sessions, and take seconds. */
const LONG = [
  ['query.count', { table: 'audit', search: 'object:*nowhere*', exact: true }],
  ['query.top', { table: 'audit', field: 'ip', search: '-outcome:success object:*9*' }],
  [
    'query.sessions',
    { search: 'agent:*nosuchbrowser* -user:*1*', sort: { by: 'network', descending: true } },
  ],
  ['query.people', { search: 'opened:>=2026-01-01' }],
] as const;
const RUNS = 24;
/** Long enough for every question to be at it, and far shorter than it takes. */
const UNDER_WAY_MS = 250;
const PATIENCE_MS = 10_000;

const nothing = (): void => undefined;

/** Whether a process computes: it runs, or waits for a disk. Linux. */
function computes(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    return /^[RD]$/.test(text.slice(text.lastIndexOf(')') + 2).split(' ')[0] ?? '');
  } catch {
    return false;
  }
}

/** How long after each cancelled question a reader still computed, ms; such as had ended before are left out. */
export async function cancelled(file: string, now: number): Promise<readonly number[]> {
  const reader: Reader = createReader({
    file,
    clock: () => epochMs(now),
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    quiet: () => false,
  });
  const busy = (): boolean => processTree(process.pid).some((pid) => pid !== process.pid && computes(pid));
  const times: number[] = [];
  // Readers keep nobody alive.
  const alive = setInterval(nothing, 1_000);
  for (let run = 0; run < RUNS; run += 1) {
    const [name, request] = LONG[run % LONG.length] ?? LONG[0];
    const controller = new AbortController();
    const state = { ended: false };
    const asked = reader
      .ask(name, QUERY_METHODS[name].request.parse(request) as never, controller.signal)
      .catch(nothing)
      .finally(() => {
        state.ended = true;
      });
    await sleep(UNDER_WAY_MS);
    while (!state.ended && !busy()) await sleep(5);
    if (state.ended) {
      await asked;
      continue;
    }
    const from = performance.now();
    controller.abort();
    let freeSince = performance.now();
    // Free is who has not computed for a while: one look may fall between two steps.
    while (performance.now() - freeSince < 50 && performance.now() - from < PATIENCE_MS) {
      await sleep(2);
      if (busy()) freeSince = performance.now();
    }
    times.push(freeSince - from);
  }
  await reader.close();
  clearInterval(alive);
  return times;
}
