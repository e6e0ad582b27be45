// needs: build
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openGeo, resolveGeoData } from '#geo/open.ts';
import type { ConnectionId, SessionId } from '#shared/domain/ids.ts';
import type { ReplyOf, RequestOf } from '#shared/ipc/contract.ts';
import { ENGINE_METHODS, type EngineContract } from '#shared/ipc/engine-contract.ts';
import { DEFAULT_HELLO_LIMITS } from '#shared/protocol/limits.ts';
import { temporaryFolder } from '#test/support/agent-in-process.ts';
import { bareClient, type BareClient } from './ceiling/bare-commands.ts';
import { startLaravelSite, type Site } from './parts/laravel-site.ts';
import { startProduct } from './parts/product.ts';
import { median, note, quick, row } from './parts/report.ts';

// Previewing and ending sessions in five environments, each with the shipped agent in a process of its own, against
// plain sockets that send the agents the same commands.

const ENVIRONMENTS = 5;
const SESSIONS = (quick ? 10_000 : 100_000) / ENVIRONMENTS;
const ENDED = (quick ? 2_500 : 10_000) / ENVIRONMENTS;
/** After a whole round of which nothing is counted: agents and engine alike are measured once they have done it before. */
const ROUNDS = quick ? 1 : 4;
const PREVIEWS = quick ? 2 : 3;
/** The engine's own part of a preview may take this long. */
const BEYOND_MS = 1_000;
const WAIT_MS = 300_000;
/** So long after an ending agents look again; whether a look meets a later ending must not be left to chance. */
const LOOKS_MS = quick ? [] : [5_000, 30_000, 60_000];
/** An ending with its preview takes less than the first, a look less than the second. */
const [ENDING_MS, LOOK_MS] = [2_000, 2_000];

const folder = temporaryFolder();
const geo = await openGeo({ files: resolveGeoData(process.cwd()) });
const sites: Site[] = [];
for (let n = 1; n <= ENVIRONMENTS; n += 1) {
  sites.push(await startLaravelSite(folder.path, `site${String(n)}`, SESSIONS));
}
const product = startProduct(join(folder.path, 'profile'), geo);
const call = <Name extends keyof EngineContract>(
  name: Name,
  request: RequestOf<EngineContract[Name]>,
): Promise<ReplyOf<EngineContract[Name]>> => {
  const parsed: unknown = ENGINE_METHODS[name].request.parse(request);
  const handler = product.engine.handlers[name] as (request: unknown, signal: AbortSignal) => Promise<never>;
  return handler(parsed, new AbortController().signal);
};
const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};
/** The middle of a case, with a word on every round. */
const middle = (name: string, values: readonly number[]): number => {
  console.log(`  ${name}: ${values.map((value) => value.toFixed(0)).join(', ')}`);
  return median(values);
};

interface Place {
  readonly connection: ConnectionId;
  readonly client: BareClient;
  /** Sessions that nobody has ended yet. */
  readonly left: string[];
}

async function mirroredAre(sessions: number): Promise<void> {
  const end = performance.now() + WAIT_MS;
  for (;;) {
    const list = await call('environments.list', {});
    const live = list.reduce((sum, one) => sum + one.liveSessions, 0);
    if (live === sessions && list.every(({ state }) => state.is === 'live')) break;
    if (performance.now() > end)
      throw new Error(`${String(live)} sessions mirrored, not ${String(sessions)}`);
    await sleep(100);
  }
  // What follows a commit (figures, detections) has its moment.
  await sleep(quick ? 500 : 3_000);
}

const places: Place[] = [];
try {
  await connectAll();
  await previews();
  await endings();
} finally {
  for (const { client } of places) client.close();
  await product.stop();
  await Promise.all(sites.map(({ agent }) => agent.stop()));
  folder.remove();
}
note(
  `Five agents as shipped, each on a Laravel application on SQLite, share the machine’s cores with the engine; every command names at most ${String(DEFAULT_HELLO_LIMITS.targets)} sessions. Both sides end as many sessions once before they are measured; the ceiling is all five agents at the same time, asked by plain sockets, and the slowest of them.`,
);

async function connectAll(): Promise<void> {
  const began = performance.now();
  for (const { agent, token } of sites) {
    const connection = await product.connect(agent.url, token);
    places.push({ connection, client: await bareClient(agent.url, token), left: [] });
  }
  await mirroredAre(ENVIRONMENTS * SESSIONS);
  console.log(`  mirrored after ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  for (const { client, left } of places) {
    const { preview } = await client.dryRun({ all: true });
    left.push(...(await client.list(preview)));
  }
}

function cut(ids: readonly string[]): readonly { readonly sessions: readonly string[] }[] {
  const parts: { sessions: readonly string[] }[] = [];
  for (let at = 0; at < ids.length; at += DEFAULT_HELLO_LIMITS.targets) {
    parts.push({ sessions: ids.slice(at, at + DEFAULT_HELLO_LIMITS.targets) });
  }
  return parts;
}

/** The same dry runs to all agents at once; how many sessions they reach. */
async function bareDryRuns(selectors: (place: Place) => readonly object[]): Promise<number> {
  const answers = await Promise.all(
    places.flatMap((place) => selectors(place).map((selector) => place.client.dryRun(selector))),
  );
  return answers.reduce((sum, { sessions }) => sum + sessions, 0);
}

async function previewed(request: RequestOf<EngineContract['respond.preview']>): Promise<number> {
  const { parts } = await call('respond.preview', request);
  return parts.reduce((sum, part) => sum + (part.is === 'ready' ? part.reach.sessions : 0), 0);
}

async function previews(): Promise<void> {
  const expected = ENVIRONMENTS * SESSIONS;
  const all = async (reached: Promise<number>): Promise<void> => {
    const sessions = await reached;
    if (sessions !== expected) throw new Error(`${String(sessions)} reached, not ${String(expected)}`);
  };
  const cases = [
    {
      name: 'filter',
      what: 'every session that a filter finds, named one by one',
      selectors: ({ left }: Place) => cut(left),
      selection: { matching: { state: 'live' as const } },
    },
    {
      name: 'all',
      what: 'everyone',
      selectors: () => [{ all: true }],
      selection: {
        targets: places.map(({ connection }) => ({ connection, selector: { all: true as const } })),
      },
    },
  ];
  for (const { name, what, selectors, selection } of cases) {
    const agents: number[] = [];
    const whole: number[] = [];
    for (let round = 0; round < PREVIEWS; round += 1) {
      agents.push(await timed(() => all(bareDryRuns(selectors))));
      whole.push(await timed(() => all(previewed({ selection }))));
      // Whom it showed is listed afterwards.
      await sleep(quick ? 500 : 1_500);
    }
    const [own, seen] = [middle(`${name}: agents`, agents), middle(`${name}: preview`, whole)];
    row({
      name: `preview-${name}`,
      what: `preview of ${String(expected)} sessions in five environments (${what}): the engine’s time beyond the agents’ own`,
      product: Math.max(0, seen - own),
      ceiling: BEYOND_MS,
      unit: 'ms',
      goal: 1,
      better: 'lower',
      quote: name === 'filter',
    });
    row({
      name: `preview-${name}-whole`,
      what: `the whole of it, against the same dry runs from plain sockets (${what})`,
      product: seen,
      ceiling: own,
      unit: 'ms',
      goal: null,
      better: 'lower',
    });
  }
}

/** Takes the next sessions to end from every environment. */
function taken(): readonly (Place & { readonly sessions: readonly string[] })[] {
  return places.map((place) => ({ ...place, sessions: place.left.splice(0, ENDED) }));
}

async function endings(): Promise<void> {
  let live = ENVIRONMENTS * SESSIONS;
  const endedAt: number[] = [];
  const over = (): void => {
    endedAt.push(performance.now());
  };
  const slowest: number[] = [];
  const engine: number[] = [];
  /** Nothing else is under way: no agent looks again after an ending before or is about to, and the mirror is quiet. */
  const quietened = async (): Promise<void> => {
    // The mirror is not quiet before the first of them.
    const looks = endedAt.flatMap((ended) =>
      LOOKS_MS.map((after, at) => ({
        from: at === 0 ? ended : ended + after - ENDING_MS,
        until: ended + after + LOOK_MS,
      })),
    );
    for (;;) {
      const now = performance.now();
      const near = looks.find(({ from, until }) => from < now && now < until);
      if (near === undefined) return;
      await sleep(near.until - now);
    }
  };
  const cases = [
    async (): Promise<void> => {
      await quietened();
      engine.push(await engineEnding());
      over();
    },
    async (): Promise<void> => {
      await enabled(false);
      const watching = await Promise.all(sites.map(({ agent, token }) => bareClient(agent.url, token)));
      await Promise.all(watching.map((client) => client.subscribe()));
      await quietened();
      slowest.push(await bareEnding());
      over();
      for (const client of watching) client.close();
      await enabled(true);
    },
  ];
  for (let round = -1; round < ROUNDS; round += 1) {
    if (round === 0) for (const warming of [engine, slowest]) warming.length = 0;
    // In turn, each of them first and second: agents get faster while they work, and have less to look through.
    for (let at = 0; at < cases.length; at += 1) {
      await cases[(round + 1 + at) % cases.length]?.();
      await mirroredAre((live -= ENVIRONMENTS * ENDED));
    }
  }
  const rate = (ms: number): number => (ENVIRONMENTS * ENDED * 1_000) / ms;
  const ms = middle('ended by the engine, ms', engine);
  row({
    name: 'end-five',
    what: `${String(ENVIRONMENTS * ENDED)} sessions ended in five environments, against the slowest agent asked by a plain socket while another follows its changes`,
    product: rate(ms),
    ceiling: rate(middle('slowest agent, followed, ms', slowest)),
    unit: 'sessions/s',
    better: 'higher',
    goal: 0.8,
    quote: true,
  });
}

async function enabled(on: boolean): Promise<void> {
  for (const { connection } of places) await call('environments.update', { connection, enabled: on });
  if (!on) await sleep(quick ? 300 : 1_000);
}

/** Milliseconds until the slowest agent has ended its sessions; its dry run was before. */
async function bareEnding(): Promise<number> {
  const chosen = await Promise.all(
    taken().map(async ({ client, sessions }) => {
      const parts = await Promise.all(
        cut(sessions).map(async (selector) => ({ selector, ...(await client.dryRun(selector)) })),
      );
      return { client, parts };
    }),
  );
  const times = await Promise.all(
    chosen.map(({ client, parts }) =>
      timed(() => Promise.all(parts.map(({ selector, preview }) => client.revoke(selector, preview)))),
    ),
  );
  return Math.max(...times);
}

/** Milliseconds from acting on a preview until the last outcome is on disk; the preview was before. */
async function engineEnding(): Promise<number> {
  const targets = taken().map(({ connection, sessions }) => ({
    connection,
    selector: { sessions: sessions as SessionId[] },
  }));
  const { operation } = await call('respond.preview', { selection: { targets } });
  const began = Date.now();
  await call('respond.execute', { operation, reason: 'bench' });
  for (const end = began + WAIT_MS; ;) {
    const found = (await call('respond.operations', { limit: 1 }))[0];
    const commands = found?.commands ?? [];
    if (commands.length > 0 && commands.every(({ state }) => state === 'completed')) {
      const ended = commands.reduce((sum, command) => sum + command.ended, 0);
      if (ended !== ENVIRONMENTS * ENDED) throw new Error(`${String(ended)} were ended`);
      return Math.max(...commands.map(({ finishedAt }) => finishedAt ?? 0)) - began;
    }
    if (Date.now() > end) throw new Error(`not ended: ${JSON.stringify(found).slice(0, 500)}`);
    await sleep(50);
  }
}
