// needs: data
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { io } from 'socket.io-client';
import { openSocket } from '#engine/connections/socket.ts';
import { parseChanges } from '#engine/ingest/parse.ts';
import { openGeo, resolveGeoData } from '#geo/open.ts';
import { seq } from '#shared/domain/ids.ts';
import { NAMESPACE } from '#shared/protocol/limits.ts';
import { ceilingWriter, startCeiling } from './ceiling/pipeline.ts';
import { startProduct } from './parts/product.ts';
import { interleaved, note, quick, row } from './parts/report.ts';
import { send, startSender } from './parts/sender.ts';
import { workingLife } from './parts/working-life.ts';

const [warmUpMs, ms, rounds] = quick ? [700, 1_000, 1] : [1_500, 3_000, 3];
/** These are short: of three rounds the medians of both sides were of different moments of a machine that drifts. */
const plainRounds = quick ? 1 : 7;
/** A working life is measured for longer: segments are sealed and memories saved now and then, and belong to it. */
const lifeMs = 4 * ms;

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'watchfloor-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ceiling = (life?: string) => (): Promise<number> =>
  inFolder(async (folder) => {
    const sender = await startSender(life);
    const stop = startCeiling(sender.url, join(folder, 'ceiling.db'));
    const rate = await sender.rate(warmUpMs, life === undefined ? ms : lifeMs);
    await stop();
    sender.stop();
    return rate;
  });

const data =
  isMainThread && process.argv[2] !== 'sender'
    ? await openGeo({ files: resolveGeoData(process.cwd()) })
    : null;
const engine =
  (detect: boolean, life?: string, words = true) =>
  (): Promise<number> =>
    inFolder(async (folder) => {
      if (data === null) throw new Error('no geo data');
      const sender = await startSender(life);
      const running = startProduct(folder, data, { detect, words });
      await running.connect(sender.url);
      const rate = await sender.rate(warmUpMs, life === undefined ? ms : lifeMs);
      await running.stop();
      sender.stop();
      return rate;
    });

const bare = engine(false);
const flooded = engine(true);

/** Receives and acknowledges, nothing more. */
const plainReceive = async (): Promise<number> => {
  const sender = await startSender();
  const socket = io(sender.url + NAMESPACE, { transports: ['websocket'], forceNew: true });
  socket.on('hello', () => {
    socket.emit('subscribe', { resume: null, want: ['sessions', 'audit'] }, () => undefined);
  });
  socket.on('snapshot', (_part: unknown, acknowledge: (answer: unknown) => void) => {
    acknowledge({ ok: true, part: 0 });
  });
  socket.on('changes', (batch: { to: number }, acknowledge: (answer: unknown) => void) => {
    acknowledge({ ok: true, seq: batch.to });
  });
  const rate = await sender.rate(warmUpMs, ms);
  socket.close();
  sender.stop();
  return rate;
};

/** The product's socket and its validation of every record. */
const validatedReceive = async (): Promise<number> => {
  const sender = await startSender();
  const nothing = (): void => undefined;
  const socket = openSocket(
    {
      url: sender.url,
      token: 't',
      ca: null,
      pin: null,
      proxy: null,
      client: { id: 'b', name: 'b', version: '0' },
    },
    {
      failed: (problem) => {
        throw new Error(problem.message);
      },
      closed: nothing,
      hello: () => {
        socket.ask('subscribe', { resume: null, want: ['sessions', 'audit'] }, 5_000, nothing);
      },
      certificate: nothing,
      goodbye: nothing,
      status: nothing,
      snapshot: (part, acknowledge) => {
        acknowledge({ ok: true, part: part.part });
      },
      changes: (batch, acknowledge) => {
        const { good } = parseChanges(batch.items, batch.from, batch.to, seq(0));
        if (good.length !== batch.items.length) throw new Error('a record was taken for malformed');
        acknowledge({ ok: true, seq: batch.to });
      },
      malformed: (what) => {
        throw new Error(what);
      },
      told: nothing,
    },
    { debug: nothing, info: nothing, warn: nothing, error: nothing },
  );
  const rate = await sender.rate(warmUpMs, ms);
  socket.close();
  sender.stop();
  return rate;
};

/** With a working life in a file; it is invented once. */
const withLife = <T>(work: (file: string) => Promise<T>): Promise<T> =>
  inFolder((folder) => {
    const file = join(folder, 'life.json');
    writeFileSync(file, JSON.stringify(workingLife()));
    return work(file);
  });

async function main(): Promise<void> {
  const speeds = await interleaved(plainRounds, {
    ceiling: ceiling(),
    bare,
    plainReceive,
    validatedReceive,
  });
  const life = await withLife((file) =>
    interleaved(rounds, {
      ceiling: ceiling(file),
      everything: engine(true, file),
      withoutWords: engine(true, file, false),
    }),
  );
  const flood = await flooded();
  row({
    name: 'ingest',
    what: 'ingest without detections: socket to acknowledged, against a bare pipeline',
    product: speeds.bare,
    ceiling: speeds.ceiling,
    unit: 'changes/s',
    goal: 0.8,
    better: 'higher',
    quote: true,
  });
  row({
    name: 'ingest-detections',
    what: 'ingest with all detections, a working day, against the same bare pipeline',
    product: life.withoutWords,
    ceiling: life.ceiling,
    unit: 'changes/s',
    goal: 0.45,
    better: 'higher',
    quote: true,
  });
  row({
    name: 'ingest-everything',
    what: 'the same with the index of words as well',
    product: life.everything,
    ceiling: life.ceiling,
    unit: 'changes/s',
    goal: 0.45,
    better: 'higher',
    quote: true,
  });
  row({
    name: 'ingest-flood',
    what: 'the same while strangers flood the store with sign-ins',
    product: flood,
    ceiling: speeds.ceiling,
    unit: 'changes/s',
    goal: null,
    better: 'higher',
  });
  row({
    name: 'receive',
    what: 'receive and validate, against receiving alone',
    product: speeds.validatedReceive,
    ceiling: speeds.plainReceive,
    unit: 'changes/s',
    goal: 0.8,
    better: 'higher',
  });
  note(
    'Batches of 500 changes, three fifths of them events and two fifths sessions in use, eight in flight, from a process of its own; people have a network, a device and two sessions each.',
  );
  note(
    'A working day: 2,000 people of the simulator’s intranet, whom the console knows from sixteen days before (sent first, not measured): trips, new devices, carriers, VPNs, wrong passwords, service accounts, sessions that are remembered, and three attacks a day. One event in ten is a sign-in or an attempt. 0.45 is asked for with everything on; 0.35 where the index of words is counted apart.',
  );
  note(
    'The flood: nobody is known from before, a third of the events are sign-ins and their failures, roles and passwords change all the time, and thousands of findings are open. It shows what an attack costs; it has no goal.',
  );
}

const [, , mode, what] = process.argv;
if (!isMainThread) ceilingWriter();
else if (mode === 'sender') send(what);
else if (mode === 'profile' && what === 'everything')
  console.log(await withLife((file) => engine(true, file)()));
else if (mode === 'profile') console.log(await (what === 'bare' ? bare() : flooded()));
else await main();
