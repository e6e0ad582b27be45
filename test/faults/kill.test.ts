import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '#test/support/agent-in-process.ts';
import { AGENT_PROGRAM, agentFolder } from '#test/support/agent-process.ts';
import { checkMirror } from '#engine/mirror/check.ts';
import { agentHolds, differences, mirrorHolds } from './parts/compare.ts';
import {
  freePort,
  INSIDE,
  NO_FAULT,
  seeded,
  startKillable,
  STEPS,
  type Fault,
  type Killable,
} from './parts/killable.ts';

// kill −9 of either side, at named steps of its transactions and at random moments, while changes stream between
// the built programs. `npm run soak` does the same with hundreds.
const KILLS = Number(process.env['WATCHFLOOR_KILLS'] ?? '25');
const SEED = Number(process.env['WATCHFLOOR_SEED'] ?? String(Date.now() % 1_000_000));
const ENGINE_PROGRAM = join(import.meta.dirname, '../../out/main/cli.js');

async function until<T>(what: string, ms: number, ask: () => T | null | false): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const value = ask();
    if (value !== null && value !== false) return value;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

test(
  `${String(KILLS)} kills of engine and agent lose nothing and double nothing (seed ${String(SEED)})`,
  { timeout: 60_000 + KILLS * 25_000 },
  async () => {
    const random = seeded(SEED);
    const { path, remove } = temporaryFolder();
    const profile = join(path, 'profile');
    const mirror = join(profile, 'mirror.db');
    const port = await freePort();
    const folder = agentFolder(join(path, 'agent'), {
      listen: { port },
      store: { kind: 'demo', dir: 'demo', preset: 'shop', people: 200, historyDays: 2, rate: 300 },
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
    const startAgent = (fault: Fault): Killable => {
      const agent = startKillable({
        program: AGENT_PROGRAM,
        args: ['--config', folder.config],
        database: 'agent.db',
        mark: join(path, 'agent.mark'),
        fault,
      });
      running.push(agent);
      return agent;
    };
    const startEngine = (fault: Fault): Killable => {
      const engine = startKillable({
        program: ENGINE_PROGRAM,
        args: ['collect', '--profile', profile, '--connection-file', file],
        database: 'mirror.db',
        mark: join(path, 'engine.mark'),
        fault,
      });
      running.push(engine);
      return engine;
    };
    const sides = {
      agent: { start: startAgent, now: startAgent(NO_FAULT) },
      engine: { start: startEngine, now: startEngine(NO_FAULT) },
    };
    const report = { engine: 0, agent: 0, inside: 0, steps: new Map<string, number>() };
    try {
      await until('a first position', 60_000, () => mirrorHolds(mirror).head > 0);
      for (let kill = 0; kill < KILLS; kill += 1) {
        // Three of five hit the engine; the named steps in turn, every fifth anywhere.
        const name = kill % 5 < 3 ? 'engine' : 'agent';
        const side = sides[name];
        const step = STEPS[kill % STEPS.length] ?? 'random';
        const fault: Fault = {
          step,
          after: 1 + Math.floor(random() * 15),
          statement: 1 + Math.floor(random() * 60),
          inMs: 1_000 + Math.floor(random() * 1_500),
        };
        side.now.process.kill('SIGKILL');
        await side.now.ended;
        side.now = side.start(fault);
        if (step === 'random') {
          await new Promise((resume) => setTimeout(resume, fault.inMs));
          side.now.process.kill('SIGKILL');
        }
        const ended = await Promise.race([
          side.now.ended,
          new Promise<string>((resume) =>
            setTimeout(() => {
              resume('in vain');
            }, 30_000).unref(),
          ),
        ]);
        expect(ended, `${name} at ${step}: ${side.now.output()}`).toBe('SIGKILL');
        report[name] += 1;
        report.steps.set(step, (report.steps.get(step) ?? 0) + 1);
        if (side.now.insideTransaction()) report.inside += 1;
        if (INSIDE.has(step)) expect(side.now.insideTransaction()).toBe(true);
        const before = mirrorHolds(mirror).head;
        side.now = side.start(NO_FAULT);
        await until(`the stream after kill ${String(kill + 1)} of the ${name} at ${step}`, 30_000, () => {
          const { head } = mirrorHolds(mirror);
          return head > before;
        });
      }
      writeFileSync(join(folder.path, 'demo', 'control.json'), JSON.stringify({ rate: 0 }));
      await until('both sides at the same position', 60_000, () => {
        const agent = agentHolds(journal);
        return agent.pending === 0 && agent.head === mirrorHolds(mirror).head && agent;
      });
      const problems = await until('the mirror is the agent’s truth', 60_000, () => {
        const found = differences(agentHolds(journal), mirrorHolds(mirror));
        return found.length === 0 ? found : null;
      }).catch(() => differences(agentHolds(journal), mirrorHolds(mirror)));
      expect(problems.slice(0, 10)).toEqual([]);
      expect(agentHolds(journal).audit.size).toBeGreaterThan(1_000);
      const share = report.inside / KILLS;
      process.stdout.write(
        `kills: ${String(report.engine)} engine, ${String(report.agent)} agent; ${String(report.inside)} of ${String(KILLS)} inside an open transaction; ` +
          `${[...report.steps].map(([step, count]) => `${step} ${String(count)}`).join(', ')}; seed ${String(SEED)}\n`,
      );
      expect(share).toBeGreaterThanOrEqual(0.5);
      for (const side of Object.values(sides)) {
        side.now.process.kill('SIGTERM');
        expect(await side.now.ended, side.now.output()).toBe(0);
      }
      expect(checkMirror(profile)).toMatchObject({ ok: true, value: { faults: [] } });
    } finally {
      for (const one of running) one.process.kill('SIGKILL');
      remove();
    }
  },
);
