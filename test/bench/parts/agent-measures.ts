import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  disposeServers,
  testDatabase,
  useDurableServers,
  type TestDatabase,
} from '#test/conformance/stores/databases.ts';
import { connectConsole, type TestConsole } from '#test/support/test-console.ts';
import { bareDriver } from '../ceiling/bare-drivers.ts';
import { grantsOf, startBenchAgent, type BenchAgent } from './bench-agent.ts';
import { fillDrupal } from './drupal-million.ts';
import { median, note, quick, row, timed } from './report.ts';

const SESSIONS = quick ? 20_000 : 1_000_000;
const REVOKED = quick ? 1_000 : 10_000;
const ROUNDS = quick ? 1 : 3;
/** Collects garbage at once. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  const work = runInNewContext('gc') as () => void;
  work();
}
export const label = (db: TestDatabase): string => (db.engine === 'mariadb' ? 'MariaDB' : 'PostgreSQL');

/** An agent on Drupal's tables, against the bare driver on the same rows. */
export async function measureAgentOn(engine: 'mariadb' | 'postgres'): Promise<void> {
  // As they are installed: a DELETE that was confirmed is on the disk, as the agent's journal is.
  useDurableServers();
  const db = await testDatabase(engine);
  await fillDrupal(db, SESSIONS, SESSIONS / 20);
  await db.grant(grantsOf(db));
  const bare = bareDriver(db);
  const bareMs: number[] = [];
  const agentMs: number[] = [];
  let started: BenchAgent | null = null;
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss / 1e6);
  }, 50);
  for (let round = 0; round < ROUNDS; round += 1) {
    await started?.stop();
    // What the agent of the round before held is not this one's.
    collect();
    bareMs.push(await timed(() => bare.listing()));
    started = await startBenchAgent(db);
    agentMs.push(started.listedMs);
    console.log(`  ${engine}: bare ${String(bareMs.at(-1))} ms, agent ${String(agentMs.at(-1))} ms`);
  }
  clearInterval(watch);
  if (started === null) throw new Error('no agent');
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
    what: `memory of the agent meanwhile (with this bench in the same process), ${label(db)}`,
    product: peak,
    ceiling: 300,
    unit: 'MB',
    goal: 1,
    better: 'lower',
  });
  await following(db, started);
  await started.stop();
  await db.dispose();
  await disposeServers();
  note(
    'Bare drivers: mysql2 and pg-cursor with the joined statement written by hand, rows counted and not looked at. The servers keep what they confirm, as by default.',
  );
}

async function following(db: TestDatabase, { agent, token }: BenchAgent): Promise<void> {
  const { engine } = db;
  const bare = bareDriver(db);
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
  await revoking(db, console, agent);
  console.close();
}

async function revoking(db: TestDatabase, console: TestConsole, agent: BenchAgent['agent']): Promise<void> {
  const bare = bareDriver(db);
  const sids = await bare.some(2 * ROUNDS * REVOKED);
  const productMs: number[] = [];
  const bareMs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const from = 2 * round * REVOKED;
    const ids = sids.slice(from, from + REVOKED).map((sid) => agent.state.keys.session(sid as never));
    // A look that was due anyway is over.
    await agent.refresh();
    productMs.push(await timed(() => revoke(console, ids)));
    await agent.refresh();
    bareMs.push(await timed(() => bare.remove(sids.slice(from + REVOKED, from + 2 * REVOKED))));
  }
  row({
    name: `agent-revoke-${db.engine}`,
    what: `${String(REVOKED)} sessions ended by handle, journalled and counted, against bare DELETEs of 500, ${label(db)}`,
    product: (REVOKED / median(productMs)) * 1_000,
    ceiling: (REVOKED / median(bareMs)) * 1_000,
    unit: 'sessions/s',
    goal: 0.5,
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
