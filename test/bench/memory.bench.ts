// needs: data
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openGeo, resolveGeoData } from '#geo/open.ts';
import { flood, startFlood, type FloodOptions } from './parts/flood.ts';
import { note, quick, row } from './parts/report.ts';
import { startProduct } from './parts/product.ts';

// The engine in a process of its own, as it runs in the product, and how much memory it takes at most while far more
// comes than it can hold.

const SAMPLE_MS = 100;
const WAIT_MS = 20 * 60_000;
const [many, few, burst] = quick ? [40_000, 10_000, 5_000] : [1_000_000, 100_000, 50_000];

/** Runs when the program is started as `<program> engine <profile> <urls>`. */
async function engine(): Promise<void> {
  const running = startProduct(
    process.argv[3] ?? '',
    await openGeo({ files: resolveGeoData(process.cwd()) }),
  );
  process.send?.({ is: 'started' });
  process.once('message', () => {
    Promise.all((JSON.parse(process.argv[4] ?? '[]') as string[]).map((url) => running.connect(url))).then(
      () => process.send?.({ is: 'connected' }),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.on('disconnect', () => {
    void running.stop().finally(() => process.exit(0));
  });
}

interface Measured {
  /** Of the process before anything has come, and at most; MB. */
  readonly idle: number;
  readonly peak: number;
  readonly fileMb: number;
  /** On a processor, s. */
  readonly busy: number;
  /** Until the last session is in the mirror, and until the last event is; null: there was none. */
  readonly snapshotMs: number | null;
  readonly eventsMs: number | null;
}

const memory = (pid: number, field: 'VmRSS' | 'VmHWM'): number => {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(
    readFileSync(`/proc/${String(pid)}/status`, 'utf8'),
  );
  return Number(line?.[1] ?? NaN) / 1_024;
};

/** Time on a processor so far, in user mode and in the system, s; a clock tick of Linux is 10 ms. */
const processorTime = (pid: number): number => {
  const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

async function measure(options: FloodOptions): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'watchfloor-bench-'));
  const agents = await startFlood(options);
  const child: ChildProcess = fork(process.argv[1] ?? '', ['engine', folder, JSON.stringify(agents.urls)], {
    execArgv: ['--enable-source-maps'],
  });
  const said = (is: string): Promise<void> =>
    new Promise((resolve, reject) => {
      child.on('message', (message: { is: string }) => {
        if (message.is === is) resolve();
      });
      child.once('exit', (code) => {
        reject(new Error(`the engine ended with ${String(code)}`));
      });
    });
  try {
    await said('started');
    const pid = child.pid ?? 0;
    const idle = memory(pid, 'VmRSS');
    const busyBefore = processorTime(pid);
    const began = performance.now();
    const connected = said('connected');
    child.send('go');
    await connected;
    const db = new Database(join(folder, 'mirror.db'), { readonly: true, timeout: 5_000 });
    const applied = db.prepare(
      'SELECT (SELECT count(*) FROM cursor) = ? AND NOT EXISTS (SELECT 1 FROM snapshot)',
    );
    const whole = {
      sessions: options.environments * options.sessions,
      events: options.environments * options.events,
    };
    let snapshotMs: number | null = null;
    for (;;) {
      await new Promise((resume) => setTimeout(resume, SAMPLE_MS));
      const ms = performance.now() - began;
      if (snapshotMs === null && applied.pluck().get(options.environments) === 1) snapshotMs = ms;
      const { acknowledged } = await agents.count();
      if (snapshotMs !== null && acknowledged >= whole.events) break;
      if (ms > WAIT_MS) throw new Error(`not finished after ${String(ms)} ms`);
    }
    const eventsMs = performance.now() - began;
    const rows = Number(db.prepare('SELECT count(*) FROM session').pluck().get());
    const events = Number(db.prepare('SELECT coalesce(sum(events), 0) FROM audit_part').pluck().get());
    if (rows < whole.sessions || events !== whole.events)
      throw new Error(`the mirror has ${String(rows)} sessions and ${String(events)} events`);
    db.close();
    const measured = {
      idle,
      peak: memory(pid, 'VmHWM'),
      busy: processorTime(pid) - busyBefore,
      fileMb: statSync(join(folder, 'mirror.db')).size / 2 ** 20,
      snapshotMs: options.sessions === 0 ? null : snapshotMs,
      eventsMs: options.events === 0 ? null : eventsMs,
    };
    console.log(`  ${JSON.stringify(options)}: ${JSON.stringify(measured)}`);
    return measured;
  } finally {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    await gone;
    agents.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const small = await measure({ environments: 1, sessions: few, events: 0 });
  const large = await measure({ environments: 1, sessions: many, events: 0 });
  const calm = await measure({ environments: 10, sessions: 100, events: Math.floor(burst / 10) });
  const flooded = await measure({ environments: 10, sessions: 100, events: burst });
  const lower = { unit: 'MB', better: 'lower' } as const;
  row({
    ...lower,
    name: 'memory-snapshot',
    what: `most memory of the engine during a snapshot of ${many.toLocaleString('en')} sessions, against one of ${few.toLocaleString('en')}`,
    product: large.peak,
    ceiling: small.peak,
    goal: 1.25,
    quote: true,
  });
  row({
    ...lower,
    name: 'memory-burst',
    what: `most memory during bursts of ${burst.toLocaleString('en')} events from each of 10 environments, against a tenth of it`,
    product: flooded.peak,
    ceiling: calm.peak,
    goal: 1.25,
  });
  row({
    name: 'snapshot-rate',
    what: `sessions of a snapshot of ${many.toLocaleString('en')} into the mirror, with detections`,
    product: many / ((large.snapshotMs ?? NaN) / 1_000),
    ceiling: null,
    unit: 'sessions/s',
    goal: null,
    better: 'higher',
  });
  note(
    `At rest the engine takes ${String(Math.round(large.idle))} MB, most of it geo data and the caches of the database; the mirror of ${many.toLocaleString('en')} sessions is a file of ${String(Math.round(large.fileMb))} MB. Memory is the resident set (VmHWM of Linux), file pages that are mapped included.`,
  );
}

if (process.argv[2] === 'flood') flood();
else if (process.argv[2] === 'engine') await engine();
else if (process.argv[2] === 'one') await measure(JSON.parse(process.argv[3] ?? '{}') as FloodOptions);
else await main();
