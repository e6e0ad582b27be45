import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConnectionId, OperationId, SessionId } from '#shared/domain/ids.ts';
import type { ReceiptRow } from '#shared/ipc/respond-views.ts';
import { temporaryFolder } from '#test/support/agent-in-process.ts';
import { AGENT_PROGRAM, agentFolder, type AgentFolder } from '#test/support/agent-process.ts';
import { startRedis } from '#test/support/servers/redis.ts';
import { disposeServers } from '../conformance/stores/databases.ts';
import { startEngineProgram, type EngineProgram } from './parts/engine-program.ts';
import { freePort, NO_FAULT, startKillable, type Fault, type Killable } from './parts/killable.ts';
import { agentJournal, digest, postgresSite, redisSite, sqliteSite, type Site } from './parts/sites.ts';
import { TARGETS } from './parts/agent-rows.ts';

// One sign-out after another in three environments over three kinds of store, with the console's program, an agent's or
// both killed with −9 at a chosen moment of it. Afterwards receipt, stores and every journal agree to the last session.

const VICTIM = 'blog';
/** Sessions of one sign-out: of the victim more than it ends in one go. */
const WAVE: Readonly<Record<string, number>> = { shop: 150, intranet: 150, [VICTIM]: 700 };
const SUM = Object.values(WAVE).reduce((sum, sessions) => sum + sessions, 0);

/** Conditions that hold only of what happens after this instant. */
const intended = (from: number) => `SELECT count(*) FROM operation WHERE executed_at >= ${String(from)}`;
const command = (from: number, what: string) =>
  `SELECT count(*) FROM command m JOIN operation o ON o.id = m.operation WHERE o.executed_at >= ${String(from)} AND ${what}`;
const agentDone = (from: number) =>
  `SELECT count(*) FROM commands WHERE state = 'completed' AND received_at >= ${String(from)}`;
const agentMidway = (from: number) =>
  `SELECT count(*) FROM commands c JOIN ${TARGETS} t ON t.command = c.id
   WHERE c.state = 'running' AND c.received_at >= ${String(from)} AND t.status = 'ended'`;

const CASES: readonly {
  readonly name: string;
  readonly console?: (from: number) => string;
  readonly agent?: (from: number) => string;
}[] = [
  { name: 'the console, when its intents were written and nothing was sent', console: intended },
  {
    name: 'the console, when it had noted the first command as sent',
    console: (from) => command(from, "m.state = 'sent'"),
  },
  {
    name: 'the console, when the first agent had answered',
    console: (from) => command(from, 'm.finished_at IS NOT NULL'),
  },
  { name: 'an agent, when it had ended all and told nobody', agent: agentDone },
  {
    name: 'both, in the middle',
    console: (from) => command(from, 'm.finished_at IS NOT NULL'),
    agent: agentMidway,
  },
];

const closers: (() => unknown)[] = [disposeServers];
const sites: Site[] = [];
const folders = new Map<string, AgentFolder>();
const agents = new Map<string, Killable>();
const connections = new Map<string, ConnectionId>();
const tokens = new Map<string, string>();
const ended = new Map<string, number>();
let profile = '';
let mark = '';
let engine: EngineProgram;

async function startAgent(name: string, fault: Fault): Promise<void> {
  const folder = folders.get(name);
  if (folder === undefined) throw new Error(`no folder of ${name}`);
  const agent = startKillable({
    program: AGENT_PROGRAM,
    args: ['--config', folder.config],
    database: 'agent.db',
    mark: `${mark}-${name}`,
    fault,
  });
  agents.set(name, agent);
  for (const end = Date.now() + 60_000; !agent.output().includes('listening');) {
    if (Date.now() > end) throw new Error(`the agent of ${name} does not listen: ${agent.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const killed = async (one: { readonly ended: Promise<unknown> }): Promise<void> => {
  const waited = new Promise((resolve) => setTimeout(resolve, 60_000, 'nobody killed it').unref());
  expect(await Promise.race([one.ended, waited])).toBe('SIGKILL');
};
const live = () =>
  engine.until('all are live', async () => {
    const list = await engine.call('environments.list', {});
    const left = sites.reduce((sum, { sessions, name }) => sum + sessions - (ended.get(name) ?? 0), 0);
    const mirrored = list.reduce((sum, { liveSessions }) => sum + liveSessions, 0);
    return (
      list.length === sites.length && list.every(({ state }) => state.is === 'live') && mirrored === left
    );
  });

beforeAll(async () => {
  const { path, remove } = temporaryFolder();
  closers.push(remove);
  profile = join(path, 'profile');
  mark = join(path, 'agent.mark');
  const redis = await startRedis();
  closers.push(() => redis.stop());
  const client = new Redis({ path: redis.socket });
  closers.push(() => {
    client.disconnect();
  });
  const of = (name: string) => (WAVE[name] ?? 0) * CASES.length;
  sites.push(
    await redisSite('shop', of('shop'), client, redis.socket),
    await postgresSite(closers, 'intranet', of('intranet')),
    sqliteSite(closers, VICTIM, of(VICTIM), path),
  );
  engine = await startEngineProgram(profile, tokens);
  closers.push(async () => {
    for (const agent of agents.values()) agent.process.kill('SIGKILL');
    engine.kill();
    await Promise.all([engine.ended, ...[...agents.values()].map((agent) => agent.ended)]);
  });
  for (const { name, config } of sites) {
    const port = await freePort();
    const folder = agentFolder(join(path, name), {
      environment: { id: name, name },
      listen: { port },
      store: config,
      poll: { intervalMs: 500, adaptive: false },
    });
    folders.set(name, folder);
    const token = await folder.token('alice');
    await startAgent(name, NO_FAULT);
    const url = `http://127.0.0.1:${String(port)}`;
    const { connection } = await engine.call('environments.add', { url, token, name });
    connections.set(name, connection);
  }
  await live();
}, 120_000);
afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The next sessions of every environment that nobody has ended. */
async function next(): Promise<readonly { connection: ConnectionId; selector: { sessions: SessionId[] } }[]> {
  const chosen = new Map<ConnectionId, SessionId[]>();
  const wanted = new Map(
    [...connections].map(([name, connection]) => [connection, WAVE[name] ?? 0] as const),
  );
  for (let offset = 0; ; offset += 1_000) {
    const { rows } = await engine.call('sessions.page', {
      filter: { state: 'live' },
      sort: { by: 'openedAt', descending: false },
      offset,
      limit: 1_000,
    });
    for (const { connection, id } of rows) {
      const ids = chosen.get(connection) ?? [];
      chosen.set(connection, ids);
      if (ids.length < (wanted.get(connection) ?? 0)) ids.push(id);
    }
    if (rows.length < 1_000) break;
  }
  return [...chosen].map(([connection, sessions]) => ({ connection, selector: { sessions } }));
}

async function receipt(operation: OperationId): Promise<readonly ReceiptRow[]> {
  const first = await engine.until('the outcomes', async () => {
    const page = await engine.call('respond.receipt', { operation, offset: 0, limit: 1_000 });
    return page.listed ? page : null;
  });
  expect(first.counts).toEqual({ ended: SUM });
  const rows = [...first.rows];
  while (rows.length < first.total) {
    rows.push(
      ...(await engine.call('respond.receipt', { operation, offset: rows.length, limit: 1_000 })).rows,
    );
  }
  return rows;
}

test.each(CASES)('killed: $name', { timeout: 180_000 }, async ({ console: inConsole, agent: inAgent }) => {
  const from = Date.now();
  await engine.stop();
  const fault = (when: string): Fault => ({ ...NO_FAULT, step: 'after-commit', when });
  if (inAgent !== undefined) {
    const before = agents.get(VICTIM);
    before?.process.kill('SIGTERM');
    await before?.ended;
    await startAgent(VICTIM, fault(inAgent(from)));
  }
  engine = await startEngineProgram(
    profile,
    tokens,
    inConsole === undefined ? NO_FAULT : fault(inConsole(from)),
  );
  await live();
  const targets = await next();
  const { operation, parts } = await engine.call('respond.preview', { selection: { targets: [...targets] } });
  expect(parts.map((part) => (part.is === 'ready' ? part.reach.sessions : 0)).sort()).toEqual(
    Object.values(WAVE).sort(),
  );
  // Killed in the middle of it, it does not answer.
  await engine.call('respond.execute', { operation, reason: 'a leak' }).catch(() => null);
  if (inConsole !== undefined) {
    await killed(engine);
    engine = await startEngineProgram(profile, tokens);
  }
  if (inAgent !== undefined) {
    const hit = agents.get(VICTIM);
    if (hit === undefined) throw new Error('no agent');
    await killed(hit);
    await startAgent(VICTIM, NO_FAULT);
  }

  await engine.until('all finished', async () => {
    const list = await engine.call('respond.operations', { limit: 10 });
    return list.find(({ id }) => id === operation)?.commands.every(({ state }) => state === 'completed');
  });
  const rows = await receipt(operation);
  // The receipt: those that were shown, each once, and nobody else.
  const shown = targets.flatMap(({ connection, selector }) =>
    selector.sessions.map((id) => `${connection} ${id}`),
  );
  expect(rows.map(({ connection, session }) => `${connection} ${session}`).sort()).toEqual(shown.sort());
  for (const site of sites) {
    const { name, sessions } = site;
    ended.set(name, (ended.get(name) ?? 0) + (WAVE[name] ?? 0));
    // The store: those are gone and the others are there.
    expect(await site.count()).toBe(sessions - (ended.get(name) ?? 0));
    // The agent's journal: the same sessions, each in one command only, with the same outcome.
    const folder = folders.get(name);
    if (folder === undefined) throw new Error('no folder');
    const journal = agentJournal(folder);
    expect(journal.size).toBe(ended.get(name));
    const mine = rows.filter((row) => row.environment === name);
    expect(mine.filter(({ session, outcome }) => journal.get(session) !== outcome)).toEqual([]);
    expect(await folder.run('journal', 'verify')).toMatchObject({ code: 0 });
  }
  // The console's journal: one entry a command, with the digest of these very outcomes; it is whole.
  const finished = await engine.until('entries', async () => {
    const page = await engine.call('journal.page', { before: null, action: 'command-finished', limit: 100 });
    const of = page.rows.filter(({ details }) => details['operation'] === operation);
    return of.length === sites.length ? of : null;
  });
  for (const { subject, details } of finished) {
    expect(details['outcomes']).toBe(digest(rows.filter((row) => row.command === subject?.id)));
  }
  expect((await engine.call('journal.verify', {})).faults).toEqual([]);
  const list = await engine.call('respond.operations', { limit: 10 });
  expect(list.flatMap(({ commands }) => commands.flatMap(({ findings }) => findings))).toEqual([]);
  await live();
});
