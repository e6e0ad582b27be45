import { expect, test } from 'vitest';
import { bundledPlaces } from '#agent/stores/demo/bundled-places.ts';
import { demoStoreConfig } from '#agent/stores/demo/config.ts';
import { createDemoStore } from '#agent/stores/demo/demo-store.ts';
import { Runner } from '#agent/stores/demo/runner.ts';
import { Truth, type TrueSession } from '#agent/stores/demo/truth.ts';
import { DAY, epochMs, MINUTE } from '#shared/domain/units.ts';
import type { SessionAt } from '#shared/ipc/query-contract.ts';
import type { MemoryStore } from '#test/support/memory-store.ts';
import { silent, startTestAgent, systemClock } from '#test/support/agent-in-process.ts';
import { closing } from './cleanups.ts';

const open = closing();
const DAYS = 30;
const SWEEP = 15 * MINUTE;

test('at 50 random instants of a simulated month, who was signed in is what the simulator knows', async () => {
  const truth = new Truth();
  const end = Date.now();
  const deps = { clock: systemClock, log: silent };
  const config = demoStoreConfig.parse({
    dir: open.folder(),
    preset: 'blog',
    seed: 11,
    historyDays: DAYS,
    people: 60,
    rate: 0,
  });
  const runner = new Runner(config, { ...deps, places: bundledPlaces(), witness: truth });
  await runner.catchUp(new AbortController().signal);
  open.later(() => {
    runner.close();
  });
  // The real agent reads the application's database beside it, the real engine reads the month back from the agent.
  const adapter = createDemoStore({ ...config, simulate: false }, deps);
  const agent = await startTestAgent({ adapter } as unknown as MemoryStore, open.folder());
  open.later(() => agent.stop());
  const engine = open.engine(open.folder());
  await engine.call('environments.add', { url: agent.url, token: agent.token().text });
  await engine.until('the history', async () => {
    const view = await engine.environment();
    return view.state.is === 'live' && view.history.is === 'done';
  });

  const mirrored = async ({ session }: SessionAt): Promise<string> => {
    const since =
      session.openedAt ??
      (await engine.call('sessions.get', { connection: session.connection, id: session.id }))?.observations[0]
        ?.at;
    return `account ${String(session.account?.id)} since ${String(since)}`;
  };
  const simulated = (one: TrueSession): string => `account ${String(one.userId)} since ${String(one.from)}`;
  let state = 7;
  const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const expired = new Map(
    truth
      .sessions()
      .flatMap((one) => (one.cause === 'expired' && one.to !== null ? [[simulated(one), one.to]] : [])),
  );
  let compared = 0;
  let late = 0;
  for (let round = 0; round < 50; round += 1) {
    const at = epochMs(end - random() * DAYS * DAY);
    const page = await engine.call('query.at', { at, limit: 1_000 });
    const known = truth.whoWasSignedInAt(at).map(simulated).sort();
    const found: string[] = [];
    for (const row of page.rows) {
      const name = await mirrored(row);
      const ended = expired.get(name);
      // The application sweeps what has expired every quarter of an hour: until then its own log has it alive.
      if (ended !== undefined && ended <= at && (row.session.endedAt ?? 0) - ended <= SWEEP) late += 1;
      else found.push(name);
    }
    expect(found.sort(), new Date(at).toISOString()).toEqual(known);
    expect(page.total).toEqual({ value: page.rows.length, is: 'exact' });
    compared += known.length;
  }
  expect(compared).toBeGreaterThan(1_000);
  expect(late).toBeLessThan(compared / 200);
}, 60_000);
