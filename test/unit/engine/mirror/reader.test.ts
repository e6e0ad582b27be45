import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { openReadable } from '#engine/mirror/database.ts';
import { FromReader } from '#engine/mirror/reader-frames.ts';
import { createReader } from '#engine/mirror/reader.ts';
import { mirrorFile } from '#engine/mirror/open.ts';
import { ingestWorld } from '../ingest/world.ts';

const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

test('a question can be cancelled before it starts and between its steps', async () => {
  const world = ingestWorld();
  const reader = createReader(mirrorFile(world.profile), () => epochMs(1), log);
  const early = AbortSignal.abort();
  await expect(reader.ask('figures', {}, early)).rejects.toMatchObject({ name: 'AbortError' });
  const controller = new AbortController();
  const asked = reader.ask('figures', {}, controller.signal);
  controller.abort();
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  expect(await reader.ask('figures', {}, new AbortController().signal)).toMatchObject({ sessions: 0 });
  await reader.close();
});

test('the built reader answers from its own thread and refuses what it does not know', async () => {
  const module = join(import.meta.dirname, '../../../../out/main/reader.js');
  expect(existsSync(module)).toBe(true);
  const world = ingestWorld();
  const worker = new Worker(module, { workerData: { file: mirrorFile(world.profile) } });
  const frames: FromReader[] = [];
  const answered = new Promise<void>((resolve) => {
    worker.on('message', (raw) => {
      frames.push(FromReader.parse(raw));
      if (frames.length === 2) resolve();
    });
  });
  worker.postMessage({ is: 'ask', id: 1, name: 'figures', request: {} });
  worker.postMessage({ is: 'ask', id: 2, name: 'toString', request: {} });
  await answered;
  await worker.terminate();
  const byId = new Map(frames.map((frame) => [frame.id, frame]));
  expect(byId.get(1)).toMatchObject({ is: 'answer', value: { sessions: 0 } });
  expect(byId.get(2)).toMatchObject({ is: 'failure', cancelled: false });
});

test('a reading handle cannot write', () => {
  const world = ingestWorld();
  const db = openReadable(mirrorFile(world.profile));
  expect(() => db.exec("INSERT INTO word (text) VALUES ('x')")).toThrow(/readonly/);
  db.close();
});
