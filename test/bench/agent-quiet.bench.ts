import { setTimeout as sleep } from 'node:timers/promises';
import { disposeServers, testDatabase } from '#test/conformance/stores/databases.ts';
import { connectConsole } from '#test/support/test-console.ts';
import { label } from './parts/agent-measures.ts';
import { grantsOf, startBenchAgent } from './parts/bench-agent.ts';
import { fillDrupal } from './parts/drupal-million.ts';
import { quick, row, timed } from './parts/report.ts';

// What an agent costs when nothing happens, and how soon it tells when something does.

const QUIET_SESSIONS = quick ? 5_000 : 100_000;
const INTERVAL_MS = 2_000;

for (const engine of ['mariadb', 'postgres'] as const) {
  const db = await testDatabase(engine);
  await fillDrupal(db, QUIET_SESSIONS, QUIET_SESSIONS / 20);
  await db.grant(grantsOf(db));
  const started = await startBenchAgent(db);
  const { agent, token } = started;
  const console = await connectConsole(agent.url, token);
  await console.subscribe({ want: ['sessions'] });
  await console.until(() => console.parts.at(-1)?.last === true, 'the snapshot');
  await sleep(2_000);
  const cpu = process.cpuUsage();
  const forMs = quick ? 4_000 : 20_000;
  const ms = await timed(() => sleep(forMs));
  const { user, system } = process.cpuUsage(cpu);
  row({
    name: `agent-idle-${engine}`,
    what: `processor of an agent on ${String(QUIET_SESSIONS)} unchanged sessions, one console connected, ${label(db)}`,
    product: (user + system) / 10 / ms,
    ceiling: 10,
    unit: '% of a core',
    goal: 1,
    better: 'lower',
  });
  const waits: number[] = [];
  for (let round = 0; round < (quick ? 2 : 5); round += 1) {
    // Not in step with the poll.
    await sleep(300 + 400 * round);
    const sid = `bench${String(round)}`.padEnd(43, 'x');
    const id = agent.state.keys.session(sid as never);
    await db.exec(
      'INSERT INTO sessions (uid, sid, hostname, timestamp, session) VALUES (1, ?, ?, ?, NULL)',
      sid,
      '203.0.113.1',
      Math.trunc(Date.now() / 1_000),
    );
    waits.push(await timed(() => console.until(() => console.sessions.has(id), 'the new session')));
  }
  row({
    name: `agent-change-${engine}`,
    what: `a new session among ${String(QUIET_SESSIONS)} reaches a console, against poll interval + 300 ms, slowest, ${label(db)}`,
    product: Math.max(...waits),
    ceiling: INTERVAL_MS + 300,
    unit: 'ms',
    goal: 1,
    better: 'lower',
  });
  console.close();
  await started.stop();
  await db.dispose();
}
await disposeServers();
