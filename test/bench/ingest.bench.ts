// needs: data
import { mkdtempSync, rmSync } from 'node:fs';
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

const [warmUpMs, ms, rounds] = quick ? [700, 1_000, 1] : [1_500, 3_000, 5];

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'watchfloor-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ceiling = (): Promise<number> =>
  inFolder(async (folder) => {
    const sender = await startSender();
    const stop = startCeiling(sender.url, join(folder, 'ceiling.db'));
    const rate = await sender.rate(warmUpMs, ms);
    await stop();
    sender.stop();
    return rate;
  });

const data =
  isMainThread && process.argv[2] !== 'sender'
    ? await openGeo({ files: resolveGeoData(process.cwd()) })
    : null;
const engine = (detect: boolean) => (): Promise<number> =>
  inFolder(async (folder) => {
    if (data === null) throw new Error('no geo data');
    const sender = await startSender();
    const running = startProduct(folder, data, { detect });
    await running.connect(sender.url);
    const rate = await sender.rate(warmUpMs, ms);
    await running.stop();
    sender.stop();
    return rate;
  });

const bare = engine(false);
const product = engine(true);

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

async function main(): Promise<void> {
  const speeds = await interleaved(rounds, {
    ceiling,
    bare,
    product,
    plainReceive,
    validatedReceive,
  });
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
    name: 'ingest-everything',
    what: 'ingest with all detections and the index of words, against the same bare pipeline',
    product: speeds.product,
    ceiling: speeds.ceiling,
    unit: 'changes/s',
    goal: 0.45,
    better: 'higher',
    quote: true,
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
}

if (!isMainThread) ceilingWriter();
else if (process.argv[2] === 'sender') send();
else if (process.argv[2] === 'profile') console.log(await (process.argv[3] === 'bare' ? bare() : product()));
else await main();
