import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { agentFolder, type AgentProcess } from '../support/agent-process.ts';

/** `npm test` kills 25 times; WATCHFLOOR_KILLS asks for more. */
const KILLS = Number(process.env['WATCHFLOOR_KILLS'] ?? 25);
const CLI = join(import.meta.dirname, '../../out/main/cli.js');

const folder = mkdtempSync(join(tmpdir(), 'watchfloor-kills-'));
let agent: AgentProcess | null = null;
let collector: ChildProcess | null = null;
afterEach(async () => {
  collector?.kill('SIGKILL');
  await agent?.stop('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A port that stays the same over restarts of the agent. */
const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });

function column<T>(file: string, sql: string): T[] {
  const database = new Database(file, { readonly: true });
  try {
    return database.prepare(sql).pluck().all() as T[];
  } finally {
    database.close();
  }
}

const mirror = join(folder, 'profile', 'mirror.db');
const log = join(folder, 'agent', 'data', 'agent.db');
const followed = () => column<number>(mirror, 'SELECT seq FROM cursor')[0] ?? -1;
const numbered = () => column<number>(log, 'SELECT coalesce(max(seq), 0) FROM changes')[0] ?? 0;

test(`${String(KILLS)} kills of either side mid-stream: nothing is lost and nothing is doubled`, async () => {
  const port = await freePort();
  const settings = agentFolder(join(folder, 'agent'), {
    listen: { port },
    store: { kind: 'demo', dir: 'demo', preset: 'shop', people: 120, historyDays: 2, rate: 400 },
  });
  const token = await settings.token('Kill test');
  agent = await settings.start();
  const collect = () =>
    spawn(
      process.execPath,
      [CLI, 'collect', '--profile', join(folder, 'profile'), '--url', agent?.url ?? ''],
      {
        env: { ...process.env, WATCHFLOOR_TOKEN: token },
        stdio: 'ignore',
      },
    );
  collector = collect();
  await expect
    .poll(
      () => {
        try {
          return followed();
        } catch {
          return -1;
        }
      },
      { timeout: 60_000 },
    )
    .toBeGreaterThan(0);

  for (let kill = 0; kill < KILLS; kill += 1) {
    // Spread over the second in which a restarted side connects, catches up and follows.
    await pause(200 + ((kill * 173) % 900));
    if (kill % 3 === 2) {
      await agent.stop('SIGKILL');
      agent = await settings.start();
    } else {
      const gone = new Promise((resolve) => collector?.once('exit', resolve));
      collector.kill('SIGKILL');
      await gone;
      collector = collect();
    }
  }

  writeFileSync(join(folder, 'agent', 'demo', 'control.json'), '{"rate":0}');
  await expect
    .poll(
      async () => {
        const before = numbered();
        await pause(1_500);
        return numbered() === before && followed() === before;
      },
      { timeout: 90_000 },
    )
    .toBe(true);

  expect(column(mirror, 'PRAGMA integrity_check')).toEqual(['ok']);
  const live =
    'SELECT h.id FROM session s JOIN handle h ON h.key = s.key WHERE s.ended_at IS NULL ORDER BY h.id';
  expect(column(mirror, live)).toEqual(column(log, 'SELECT id FROM sessions ORDER BY id'));
  // Each event the agent has, exactly once, and none that it has not.
  await expect
    .poll(() => column<string>(mirror, 'SELECT id FROM audit ORDER BY id').length, { timeout: 60_000 })
    .toBe(column(log, 'SELECT id FROM audit').length);
  expect(column(mirror, 'SELECT id FROM audit ORDER BY id')).toEqual(
    column(log, 'SELECT id FROM audit ORDER BY id'),
  );
}, 300_000);
