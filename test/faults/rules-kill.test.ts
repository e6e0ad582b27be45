import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '#test/support/agent-in-process.ts';
import { AGENT_PROGRAM, agentFolder, type AgentFolder } from '#test/support/agent-process.ts';
import { connectConsole } from '#test/support/test-console.ts';
import { ENDS } from './parts/agent-rows.ts';
import { freePort, NO_FAULT, seeded, startKillable, type Fault, type Killable } from './parts/killable.ts';
import { laravelFile, type LaravelFile } from './parts/laravel-file.ts';

// kill −9 of the shipped agent while it enforces rules: between deciding and ending, between ending and noting it, and
// anywhere else. Whom the rule means ends, each once and told once; whom it does not mean stays; a brake stays on.

const KILLS = Number(process.env['WATCHFLOOR_RULE_KILLS'] ?? '12');
const SEED = Number(process.env['WATCHFLOOR_SEED'] ?? String(Date.now() % 1_000_000));
const PEOPLE = 30;
const OPEN = "SELECT count(*) FROM rule_acts WHERE state = 'ending'";
/** Steps in turn: decided and not ended, ended and not noted, anywhere. */
const FAULTS: readonly ((random: () => number) => Partial<Fault>)[] = [
  () => ({ step: 'after-commit', when: OPEN }),
  () => ({ step: 'begin', when: OPEN }),
  () => ({ step: 'before-commit', when: "SELECT count(*) FROM rule_acts WHERE state = 'ended'" }),
  (random) => ({
    step: 'statement',
    after: Math.floor(random() * 10),
    statement: 1 + Math.floor(random() * 30),
  }),
];

interface World {
  readonly folder: AgentFolder;
  readonly site: LaravelFile;
  readonly url: string;
  readonly token: string;
  start(fault?: Fault): Killable;
  close(): Promise<void>;
}
async function world(): Promise<World> {
  const { path, remove } = temporaryFolder();
  const port = await freePort();
  const file = join(path, 'laravel.sqlite');
  const site = laravelFile(file, PEOPLE);
  const folder = agentFolder(join(path, 'agent'), {
    environment: { id: 'shop', name: 'shop' },
    listen: { port },
    store: { kind: 'laravel', database: { driver: 'sqlite', file } },
  });
  const running: Killable[] = [];
  return {
    folder,
    site,
    url: `http://127.0.0.1:${String(port)}`,
    token: await folder.token('op'),
    start: (fault = NO_FAULT) => {
      const agent = startKillable({
        program: AGENT_PROGRAM,
        args: ['--config', folder.config],
        database: 'agent.db',
        mark: join(path, 'mark'),
        fault,
      });
      running.push(agent);
      return agent;
    },
    close: async () => {
      for (const { process, ended } of running) {
        process.kill('SIGKILL');
        await ended;
      }
      site.close();
      remove();
    },
  };
}
const until = async (what: string, condition: () => boolean, ms = 30_000): Promise<void> => {
  for (const end = Date.now() + ms; !condition();) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await sleep(20);
  }
};
const listening = (agent: Killable) => until('listening', () => agent.output().includes('listening'));
const kill = async (agent: Killable): Promise<void> => {
  agent.process.kill('SIGKILL');
  await agent.ended;
};

function agentRows(folder: AgentFolder, sql: string): readonly unknown[] {
  const db = new Database(join(folder.path, 'data', 'agent.db'), { readonly: true, timeout: 10_000 });
  try {
    return db.prepare(sql).pluck().all();
  } finally {
    db.close();
  }
}
async function put({ url, token }: World, rule: Record<string, unknown>): Promise<void> {
  const console = await connectConsole(url, token);
  const common = { id: 'limit', name: 'One each', mode: 'enforce', kind: 'concurrency', per: 'account' };
  const rules = [{ ...common, end: 'least-recently-seen', max: 1, ...rule }];
  const answer = await console.ask('rules.put', { id: randomUUID(), rules, ifVersion: 0 });
  console.close();
  expect(answer).toMatchObject({ ok: true, state: 'completed' });
}
const Told = z.object({ session: z.string(), reason: z.string() });

test(
  `an agent that is killed while it enforces rules ends each session once (${String(KILLS)} kills, seed ${String(SEED)})`,
  { timeout: 60_000 + KILLS * 15_000 },
  async () => {
    const random = seeded(SEED);
    const here = await world();
    const { folder, site } = here;
    try {
      const first = here.start();
      await listening(first);
      await put(here, { brake: { perMinute: 1_000_000, percent: 100 } });
      await kill(first);
      let clock = Math.trunc(Date.now() / 1_000) - 3_000;
      const newest = new Map<number, string>();
      let opened = 0;
      let between = 0;
      for (let n = 0; n < KILLS; n += 1) {
        // Some sign in while nobody looks, some more while the agent runs.
        const signIn = (count: number) => {
          const people = Array.from({ length: count }, () => 1 + Math.floor(random() * PEOPLE));
          const sessions = people.map((user) => ({ user, ip: '203.0.113.7', seenAt: (clock += 1) }));
          site.signIn(sessions).forEach((sid, at) => newest.set(sessions[at]?.user ?? 0, sid));
          opened += count;
        };
        signIn(12);
        const agent = here.start({ ...NO_FAULT, ...FAULTS[n % FAULTS.length]?.(random) });
        await sleep(50 + random() * 400);
        signIn(3);
        const ended = await Promise.race([agent.ended, sleep(6_000, 'lives')]);
        if (ended === 'lives') await kill(agent);
        if (Number(agentRows(folder, OPEN)[0]) > 0) between += 1;
      }
      // It died where it matters, not only elsewhere.
      expect(between).toBeGreaterThanOrEqual(Math.floor(KILLS / 4));

      const last = here.start();
      await listening(last);
      await until('one each', () => site.count() === newest.size);
      await until('all noted', () => Number(agentRows(folder, OPEN)[0]) === 0);
      await kill(last);
      expect([...site.there()].sort()).toEqual([...newest.values()].sort());
      const ended = opened - newest.size;
      // Told once each: in the audit, in the changes, in the agent's own journal.
      const told = agentRows(folder, "SELECT session FROM audit WHERE action = 'rule-applied'").map(String);
      expect(told).toHaveLength(ended);
      expect(new Set(told).size).toBe(ended);
      const closed = agentRows(
        folder,
        `SELECT json_object('session', session, 'reason', json_extract(change, '$.reason')) FROM ${ENDS}`,
      ).map((row) => Told.parse(JSON.parse(String(row))));
      expect(closed.filter(({ reason }) => reason !== 'rule')).toEqual([]);
      expect(closed.map(({ session }) => session).sort()).toEqual([...told].sort());
      const journal = agentRows(
        folder,
        "SELECT json_extract(body, '$.details.session') FROM chain WHERE json_extract(body, '$.action') = 'rule-applied'",
      ).map(String);
      expect(journal.sort()).toEqual([...told].sort());
      expect(await folder.run('journal', 'verify')).toMatchObject({ code: 0 });
    } finally {
      await here.close();
    }
  },
);

test(
  'a kill resets no brake: neither what was ended in the minute, nor a rule that was stopped',
  { timeout: 120_000 },
  async () => {
    const here = await world();
    const { folder, site } = here;
    try {
      let clock = Math.trunc(Date.now() / 1_000) - 3_000;
      /** One session more for each of these, so that the older one of each is meant. */
      const more = (people: number) => {
        const users = Array.from({ length: people }, (_, n) => n + 1);
        site.signIn(users.map((user) => ({ user, ip: '203.0.113.7', seenAt: (clock += 1) })));
      };
      more(PEOPLE);
      let agent = here.start();
      await listening(agent);
      await put(here, { brake: { perMinute: 10, percent: 100 } });
      // Within its share, and killed when that was decided: the same ones end after it.
      await kill(agent);
      more(8);
      agent = here.start({ ...NO_FAULT, step: 'after-commit', when: OPEN });
      await agent.ended;
      expect(site.count()).toBe(PEOPLE + 8);
      agent = here.start();
      await until('eight ended', () => site.count() === PEOPLE);
      await until('noted', () => Number(agentRows(folder, OPEN)[0]) === 0);
      await kill(agent);
      // Eight more in the same minute are too many, although another process ended the first eight.
      more(8);
      for (let n = 0; n < 3; n += 1) {
        agent = here.start();
        await until('stopped', () => agentRows(folder, 'SELECT wanted FROM rule_brakes').length === 1);
        await listening(agent);
        await sleep(500);
        expect(site.count()).toBe(PEOPLE + 8);
        expect(agentRows(folder, "SELECT count(*) FROM rule_acts WHERE state = 'held'")).toEqual([8]);
        await kill(agent);
      }
      expect(agentRows(folder, 'SELECT approval FROM rule_brakes')).toHaveLength(1);
    } finally {
      await here.close();
    }
  },
);
