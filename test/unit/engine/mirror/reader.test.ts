import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { openReadable } from '#engine/mirror/database.ts';
import { createLane } from '#engine/mirror/reader-lane.ts';
import { FromReader, ToReader, type SpawnReader } from '#engine/mirror/reader-frames.ts';
import { createReader, forkReader, inProcessReader, processReader } from '#engine/mirror/reader.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { ingestWorld } from '../ingest/world.ts';

const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const BUILT = join(import.meta.dirname, '../../../../out/main/reader.js');
const never = () => new AbortController().signal;

test('a question can be cancelled before it starts and between its steps', async () => {
  const world = ingestWorld();
  const reader = createReader({
    file: mirrorFile(world.profile),
    clock: () => epochMs(1),
    log,
    quiet: () => false,
  });
  const early = AbortSignal.abort();
  await expect(reader.ask('figures', {}, early)).rejects.toMatchObject({ name: 'AbortError' });
  const controller = new AbortController();
  const asked = reader.ask('figures', {}, controller.signal);
  controller.abort();
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  expect(await reader.ask('figures', {}, never())).toMatchObject({ sessions: 0 });
  await reader.close();
});

test('the built reader answers from a process of its own and refuses what it does not know', async () => {
  expect(existsSync(BUILT)).toBe(true);
  const world = ingestWorld();
  const child = fork(BUILT, [], { serialization: 'advanced' });
  const frames: FromReader[] = [];
  const answered = new Promise<void>((resolve) => {
    child.on('message', (raw) => {
      frames.push(FromReader.parse(raw));
      if (frames.length === 3) resolve();
    });
  });
  child.send({ is: 'open', file: mirrorFile(world.profile) });
  child.send({ is: 'ask', id: 1, name: 'figures', request: {} });
  child.send({ is: 'ask', id: 2, name: 'toString', request: {} });
  await answered;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.disconnect();
  expect(await gone).toBe(0);
  expect(frames[0]).toEqual({ is: 'ready', pid: child.pid });
  const figures = frames.find((frame) => frame.is === 'answer' && frame.id === 1);
  expect(figures).toMatchObject({ value: { sessions: 0 } });
  expect(frames).toContainEqual(expect.objectContaining({ is: 'failure', id: 2, cancelled: false }));
});

const count = { search: '', zone: 'utc', table: 'sessions', exact: false } as const;

test('the built readers answer and end with the engine', async () => {
  const world = ingestWorld();
  const file = mirrorFile(world.profile);
  const here = vi.fn(() => inProcessReader(file, () => epochMs(1)));
  const spawn = vi.fn(forkReader(BUILT));
  let quiet = true;
  const reader = processReader({ file, spawn, log, here, quiet: () => quiet });
  // As long as nothing arrives, quick questions need no process.
  expect(await reader.ask('figures', {}, never())).toMatchObject({ sessions: 0 });
  expect(here).toHaveBeenCalledTimes(1);
  expect(spawn).not.toHaveBeenCalled();
  quiet = false;
  expect(await reader.ask('figures', {}, never())).toMatchObject({ sessions: 0 });
  expect(spawn).toHaveBeenCalledTimes(1);
  expect(await reader.ask('query.count', count, never())).toMatchObject({ count: { value: 0, is: 'exact' } });
  expect(spawn).toHaveBeenCalledTimes(2);
  expect(await reader.ask('figures', {}, never())).toMatchObject({ sessions: 0 });
  expect(here).toHaveBeenCalledTimes(1);
  await reader.close();
  await expect(reader.ask('figures', {}, AbortSignal.abort())).rejects.toThrow();
});

test('a signal that outlives its questions is left without a trace of them', async () => {
  const world = ingestWorld();
  const file = mirrorFile(world.profile);
  const here = (): never => {
    throw new Error('a long question is never answered here');
  };
  const reader = processReader({ file, spawn: forkReader(BUILT), log, here, quiet: () => false });
  const { signal } = new AbortController();
  const asked = reader.ask('query.count', count, signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await asked;
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  await reader.close();
});

/** CPU time of a process, ms, from /proc; null when it is gone. */
function cpuMs(pid: number): number | null {
  try {
    const fields =
      readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
        .split(') ')[1]
        ?.split(' ') ?? [];
    if (fields[0] === 'Z') return null;
    const tick = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
    return ((Number(fields[11]) + Number(fields[12])) * 1_000) / tick;
  } catch {
    return null;
  }
}

test('cancelling stops a statement under way and frees the processor; what else was asked is asked again', async () => {
  const children: ChildProcess[] = [];
  const busy = vi.fn();
  const spawn: SpawnReader = ({ message, ended }) => {
    const child = fork(join(import.meta.dirname, 'stuck-reader.mjs'), [], { serialization: 'advanced' });
    children.push(child);
    child.on('message', (raw) => {
      if ((raw as { value?: unknown }).value === 'busy') busy();
      message(raw);
    });
    child.once('exit', ended);
    return { send: (frame) => void child.send(ToReader.parse(frame)), kill: () => child.kill('SIGKILL') };
  };
  const lane = createLane({ file: 'none', spawn, log, idleMs: null });
  const controller = new AbortController();
  const stuck = lane.ask('stuck', {}, controller.signal);
  await vi.waitFor(() => {
    expect(busy).toHaveBeenCalled();
  }, 10_000);
  const waiting = lane.ask('quick', {}, never());
  const first = children[0]?.pid ?? 0;
  await vi.waitFor(() => {
    expect(cpuMs(first) ?? 0).toBeGreaterThan(0);
  });
  const gone = new Promise((resolve) => children[0]?.once('exit', (_, signal) => resolve(signal)));
  controller.abort();
  await expect(stuck).rejects.toMatchObject({ name: 'AbortError' });
  expect(await gone).toBe('SIGKILL');
  expect(cpuMs(first)).toBeNull();
  expect(await waiting).toBe(children[1]?.pid);
  expect(children).toHaveLength(2);
  lane.close();
});

test('a reader that dies again and again fails its question and not the next', async () => {
  let born = 0;
  const spawn: SpawnReader = ({ message, ended }) => {
    born += 1;
    const mine = born;
    return {
      send: (frame) => {
        if (frame.is !== 'ask') return;
        setImmediate(() => {
          if (mine <= 3) ended();
          else message({ is: 'answer', id: frame.id, value: 'well' });
        });
      },
      kill: quiet,
    };
  };
  const lane = createLane({ file: 'none', spawn, log, idleMs: null });
  await expect(lane.ask('figures', {}, never())).rejects.toThrow('the reader ended');
  expect(await lane.ask('figures', {}, never())).toBe('well');
  lane.close();
});

test('a reading handle cannot write', () => {
  const world = ingestWorld();
  const db = openReadable(mirrorFile(world.profile));
  expect(() => db.exec("INSERT INTO word (text) VALUES ('x')")).toThrow(/readonly/);
  db.close();
});
