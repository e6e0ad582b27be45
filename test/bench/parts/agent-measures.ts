import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  disposeServers,
  testDatabase,
  useDurableServers,
  type TestDatabase,
} from '#test/conformance/stores/databases.ts';
import { connectConsole, type TestConsole } from '#test/support/test-console.ts';
import { bareDriver } from '../ceiling/bare-drivers.ts';
import { grantsOf, startBenchAgent } from './bench-agent.ts';
import { fillDrupal } from './drupal-million.ts';
import { median, note, quick, row, timed } from './report.ts';
import { drupalOn, startShippedAgent } from './shipped-agent.ts';

const SESSIONS = quick ? 20_000 : 1_000_000;
const REVOKED = quick ? 1_000 : 10_000;
const ROUNDS = quick ? 1 : 3;
/** Looks that follow a listing belong to it: accounts and keys are read again. */
const AFTER_LISTING_MS = quick ? 2_000 : 5_000;
/**
 * Agents look again five seconds after an ending, and servers write for seconds what an ending left to be written: each
 * is measured on a server that has come to rest, whoever ended before it.
 */
const RESTED_MS = quick ? 0 : 7_000;
/** An agent that ends thousands is measured once it has done it before, as one that has run for a while. */
const WARMING = quick ? 0 : 2;
export const label = (db: TestDatabase): string => (db.engine === 'mariadb' ? 'MariaDB' : 'PostgreSQL');

/** An agent on Drupal's tables, against the bare driver on the same rows. */
export async function measureAgentOn(engine: 'mariadb' | 'postgres'): Promise<void> {
  // As they are installed: a DELETE that was confirmed is on the disk, as the agent's journal is.
  useDurableServers();
  const db = await testDatabase(engine);
  await fillDrupal(db, SESSIONS, SESSIONS / 20);
  await db.grant(grantsOf(db));
  await listing(db);
  await following(db);
  await revoking(db);
  await db.dispose();
  await disposeServers();
  note(
    'The agent is the built program in a process of its own, from its start on; its memory is the most that its process had resident at once with all its threads (VmHWM), until some looks after the listing. The look alone is measured in the bench’s own process, where it can be asked for.',
  );
  note(
    'Bare drivers: mysql2 and pg-cursor with the joined statement written by hand, rows counted and not looked at. The servers keep what they confirm, as by default. Agent and driver have ended twice as many each before they are measured, and each ends on a server that has come to rest.',
  );
}

async function listing(db: TestDatabase): Promise<void> {
  const { engine } = db;
  const bare = bareDriver(db);
  const bareMs: number[] = [];
  const agentMs: number[] = [];
  const peaks: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bareMs.push(await timed(() => bare.listing()));
    const agent = await startShippedAgent(drupalOn(db));
    agentMs.push(agent.listedMs);
    await sleep(AFTER_LISTING_MS);
    peaks.push(agent.peakMb());
    await agent.stop();
    console.log(
      `  ${engine}: bare ${String(bareMs.at(-1))} ms, agent ${String(agentMs.at(-1))} ms, ${String(peaks.at(-1))} MB`,
    );
  }
  const perSecond = (ms: readonly number[]): number => (SESSIONS / median(ms)) * 1_000;
  row({
    name: `agent-listing-${engine}`,
    what: `first listing of ${String(SESSIONS)} Drupal sessions on ${label(db)}, against the driver streaming them`,
    product: perSecond(agentMs),
    ceiling: perSecond(bareMs),
    unit: 'rows/s',
    goal: 0.5,
    better: 'higher',
    quote: true,
  });
  row({
    name: `agent-memory-${engine}`,
    what: `memory of the agent meanwhile, the most of all rounds, ${label(db)}`,
    product: Math.max(...peaks),
    ceiling: 300,
    unit: 'MB',
    goal: 1,
    better: 'lower',
  });
}

async function following(db: TestDatabase): Promise<void> {
  const { engine } = db;
  const bare = bareDriver(db);
  // It looks only when it is asked: a question is not to be measured while it looks by itself, nor a look that first
  // waits for the end of another.
  const started = await startBenchAgent(db, { intervalMs: 3_600_000, adaptive: false });
  const { agent, token } = started;
  const console = await connectConsole(agent.url, token);
  await console.subscribe({ want: ['accounts'] });
  // The first look after a listing reads the sums of the accounts as well; they are rationed afterwards.
  await agent.refresh();
  const looks: number[] = [];
  const questions: number[] = [];
  for (let round = 0; round < (quick ? 2 : 5); round += 1) {
    questions.push(await timed(() => bare.glance()));
    looks.push(await timed(() => agent.refresh()));
  }
  row({
    name: `agent-unchanged-${engine}`,
    what: `a look at ${String(SESSIONS)} unchanged sessions, against the bare questions, ${label(db)}`,
    product: median(looks),
    ceiling: median(questions),
    unit: 'ms',
    goal: 1.5,
    better: 'lower',
  });
  console.close();
  await started.stop();
}

async function revoking(db: TestDatabase): Promise<void> {
  // It does not look by itself meanwhile: what would be measured else is the look.
  const agent = await startShippedAgent(drupalOn(db), { poll: { intervalMs: 3_600_000, adaptive: false } });
  const client = await connectConsole(agent.process.url, await agent.token());
  await client.subscribe({ want: ['accounts'] });
  const keys = agent.keys();
  const bare = bareDriver(db);
  const rounds = WARMING + ROUNDS;
  const sids = await bare.some(2 * rounds * REVOKED);
  const productMs: number[] = [];
  const bareMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const from = 2 * round * REVOKED;
    const ids = sids.slice(from, from + REVOKED).map((sid) => keys.session(sid as never));
    productMs.push(await timed(() => revoke(client, ids)));
    await sleep(RESTED_MS);
    bareMs.push(await timed(() => bare.remove(sids.slice(from + REVOKED, from + 2 * REVOKED))));
    await sleep(RESTED_MS);
  }
  console.log(
    `  ended by the agent in ${productMs.map(Math.round).join(', ')} ms, by the driver in ${bareMs.map(Math.round).join(', ')} ms`,
  );
  client.close();
  await agent.stop();
  const perSecond = (ms: number): number => (REVOKED / ms) * 1_000;
  const [coldMs = Number.NaN] = productMs;
  const ceiling = perSecond(median(bareMs.slice(WARMING)));
  row({
    name: `agent-revoke-${db.engine}`,
    what: `${String(REVOKED)} sessions ended by handle, journalled and counted, against bare DELETEs of 500, ${label(db)}`,
    product: perSecond(median(productMs.slice(WARMING))),
    ceiling,
    unit: 'sessions/s',
    goal: 0.5,
    better: 'higher',
  });
  row({
    name: `agent-revoke-first-${db.engine}`,
    what: `the same, the first time after the agent’s start, ${label(db)}`,
    product: perSecond(coldMs),
    ceiling,
    unit: 'sessions/s',
    goal: null,
    better: 'higher',
  });
}

async function revoke(console: TestConsole, sessions: readonly string[]): Promise<void> {
  const id = randomUUID();
  let answer = await console.ask<'command'>('command', {
    id,
    kind: 'revoke',
    selector: { sessions },
    reason: 'bench',
    claim: { name: 'bench' },
    issuedAt: Date.now(),
  });
  while (answer.ok && 'state' in answer && answer.state === 'running') {
    await sleep(20);
    answer = await console.ask<'command.get'>('command.get', { id });
  }
  if (!answer.ok || !('ended' in answer) || answer.ended !== sessions.length)
    throw new Error(`not all were ended: ${JSON.stringify(answer).slice(0, 300)}`);
}
