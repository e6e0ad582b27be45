import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '#test/support/agent-in-process.ts';
import { AGENT_PROGRAM, agentFolder } from '#test/support/agent-process.ts';
import { checkMirror } from '#engine/mirror/check.ts';
import { agentHolds, differences, mirrorHolds } from './parts/compare.ts';
import { KillReport, type Side } from './parts/kill-report.ts';
import {
  freePort,
  INSIDE,
  NO_FAULT,
  seeded,
  startKillable,
  STEPS,
  type Fault,
  type Killable,
  type Step,
} from './parts/killable.ts';

// kill −9 of either side, at named steps of its transactions and at random moments, while changes stream between
// the built programs, and again while they take up their work. `npm run soak` does the same with hundreds.
const KILLS = Number(process.env['WATCHFLOOR_KILLS'] ?? '25');
const SEED = Number(process.env['WATCHFLOOR_SEED'] ?? String(Date.now() % 1_000_000));
/** Kills after which both sides come to rest and are compared, whole. */
const COMPARE_EVERY = 50;
const RATE = 300;
const ENGINE_PROGRAM = join(import.meta.dirname, '../../out/main/cli.js');

const sleep = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

async function until<T>(
  what: string,
  ms: number,
  ask: () => T | null | false,
  also: () => string = () => '',
): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const value = ask();
    if (value !== null && value !== false) return value;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}${also()}`);
    await sleep(25);
  }
}

test(
  `${String(KILLS)} kills of engine and agent lose nothing and double nothing (seed ${String(SEED)})`,
  { timeout: 120_000 + KILLS * 20_000 },
  async () => {
    const random = seeded(SEED);
    const upTo = (most: number): number => 1 + Math.floor(random() * most);
    const { path, remove } = temporaryFolder();
    const profile = join(path, 'profile');
    const mirror = join(profile, 'mirror.db');
    const port = await freePort();
    const folder = agentFolder(join(path, 'agent'), {
      listen: { port },
      store: { kind: 'demo', dir: 'demo', preset: 'shop', people: 200, historyDays: 2, rate: RATE },
    });
    const journal = join(folder.path, 'data', 'agent.db');
    const token = await folder.token('op');
    const file = join(path, 'connection.json');
    writeFileSync(
      file,
      JSON.stringify({ watchfloor: 1, name: 'Demo', url: `http://127.0.0.1:${String(port)}`, token }),
    );
    chmodSync(file, 0o600);
    const running: Killable[] = [];
    const program = {
      agent: { program: AGENT_PROGRAM, args: ['--config', folder.config], database: 'agent.db' },
      engine: {
        program: ENGINE_PROGRAM,
        args: ['collect', '--profile', profile, '--connection-file', file],
        database: 'mirror.db',
      },
    };
    const start = (side: Side, fault: Fault = NO_FAULT): Killable => {
      const one = startKillable({ ...program[side], mark: join(path, `${side}.mark`), fault });
      running.push(one);
      return one;
    };
    const now: Record<Side, Killable> = { agent: start('agent'), engine: start('engine') };
    const report = new KillReport(KILLS, SEED);
    const head = (): number => mirrorHolds(mirror, 'cursor').head;

    /** It has been killed, by its fault or from outside: notes how, and whether in the middle of a transaction. */
    const died = async (side: Side, step: Step, starting: boolean): Promise<void> => {
      const killed = now[side];
      const ended = await Promise.race([killed.ended, sleep(120_000).then(() => 'in vain')]);
      expect(ended, `${side} at ${step}: ${killed.output()}`).toBe('SIGKILL');
      const inside = killed.insideTransaction();
      if (INSIDE.has(step)) expect(inside).toBe(true);
      report.add(side, step, inside, starting);
    };
    /** Lets both sides come to rest and compares all they hold. */
    const compare = async (): Promise<void> => {
      const control = join(folder.path, 'demo', 'control.json');
      writeFileSync(control, JSON.stringify({ rate: 0 }));
      await until('both sides at the same position', 60_000, () => {
        const agent = agentHolds(journal);
        return agent.pending === 0 && agent.head === mirrorHolds(mirror).head && agent;
      });
      const problems = await until('the mirror is the agent’s truth', 60_000, () => {
        const found = differences(agentHolds(journal), mirrorHolds(mirror));
        return found.length === 0 ? found : null;
      }).catch(() => differences(agentHolds(journal), mirrorHolds(mirror)));
      expect(problems.slice(0, 10), `after ${String(report.count)} kills`).toEqual([]);
      report.compared += 1;
      writeFileSync(control, JSON.stringify({ rate: RATE }));
    };

    try {
      await until('a first position', 60_000, () => head() > 0);
      for (let round = 0; report.count < KILLS; round += 1) {
        // Three of five hit the engine. Every side is hit at every step in turn, and every fifth time anywhere.
        const side: Side = round % 5 < 3 ? 'engine' : 'agent';
        const step = STEPS[(round + Math.floor(round / 5)) % STEPS.length] ?? 'random';
        if (step === 'random') {
          await sleep(upTo(400));
          now[side].process.kill('SIGKILL');
        } else await now[side].arm({ step, after: upTo(5), statement: upTo(60) });
        await died(side, step, false);
        // Every third time it is hit again while it takes its work up, three times of four in a transaction.
        if (round % 3 === 2 && report.count < KILLS) {
          const again = STEPS[Math.floor(round / 3) % (STEPS.length - 1)] ?? 'begin';
          now[side] = start(side, { step: again, after: upTo(3) - 1, statement: upTo(60) });
          await died(side, again, true);
        }
        const before = head();
        now[side] = start(side);
        await until(
          `the stream after kill ${String(report.count)}, of the ${side} at ${step}`,
          120_000,
          () => head() > before,
          () => `\nagent:\n${now.agent.output()}\nengine:\n${now.engine.output()}`,
        );
        if (Math.floor(report.count / COMPARE_EVERY) > report.compared && report.count < KILLS)
          await compare();
      }
      // Kills that follow each other fast leave little time to tell: what is compared at last is not little.
      await until('a thousand events', 120_000, () => agentHolds(journal).audit.size > 1_000);
      await compare();
      report.print();
      expect(report.inside / report.count).toBeGreaterThanOrEqual(0.5);
      for (const side of ['agent', 'engine'] as const) {
        now[side].process.kill('SIGTERM');
        expect(await now[side].ended, now[side].output()).toBe(0);
      }
      expect(checkMirror(profile)).toMatchObject({ ok: true, value: { faults: [] } });
    } finally {
      for (const one of running) one.process.kill('SIGKILL');
      remove();
    }
  },
);
