import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JournalEntry } from '#shared/journal/entry.ts';
import { fill, startDesk, startSite } from '#test/support/response-world.ts';
import type { TestEngine } from '#test/support/test-engine.ts';
import { closing } from './cleanups.ts';

// Console and agent go away and come back, in any order and at any moment of a command's life: it happens once.

const open = closing();
const times = { respondTimes: { again: 30, mostAgain: 60 } };
const moment = fc.record({
  who: fc.constantFrom('console' as const, 'agent' as const, 'sign-in' as const),
  afterMs: fc.nat({ max: 60 }),
});
const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms));

test('a command is carried out once, whoever restarts when', async () => {
  const folder = open.folder();
  const profile = open.folder();
  const site = await startSite(folder, 'shop', {
    limits: { batch: 500, inFlight: 4, targets: 3, unapproved: 25, historyPage: 1_000 },
  });
  open.later(() => site.agent.stop());
  const first = await startDesk(profile, [site], {}, times);
  let engine: TestEngine = first.engine;
  open.later(() => engine.stop());
  const tokens = { [String(first.connections[0])]: site.agent.token().text };
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { minLength: 1, maxLength: 4 }), async (moments) => {
      run += 1;
      const account = `ann${String(run)}`;
      fill(site, [account], 8);
      const shown = await engine.until('seen', async () => {
        const rows = (await engine.sessions()).filter((row) => row.account?.id === account);
        return rows.length === 8 ? rows : null;
      });
      const asked = new Map<string, number>();
      site.store.onEnd(async ({ key }) => {
        await pause(5);
        if (site.store.has(key)) asked.set(key, (asked.get(key) ?? 0) + 1);
        return null;
      });
      // More than one command, as the agent takes three sessions in one.
      const preview = await engine.call('respond.preview', {
        selection: {
          targets: shown.map(({ connection, id }) => ({ connection, selector: { sessions: [id] } })),
        },
      });
      await engine.call('respond.execute', { operation: preview.operation, reason: 'drill' });
      const since: string[] = [];
      for (const { who, afterMs } of moments) {
        await pause(afterMs);
        if (who === 'agent') await site.restart();
        else if (who === 'console') {
          await engine.stop();
          engine = open.engine(profile, { tokens, ...times });
        } else {
          since.push(`${account}-since-${String(since.length)}`);
          site.store.put(since.at(-1) ?? '', { account });
        }
      }
      const done = await engine.until('finished', async () => {
        const all = await engine.call('respond.operations', { limit: 500 });
        const found = all.find(({ id }) => id === preview.operation);
        return found?.commands.every(({ finishedAt }) => finishedAt !== null) === true ? found : null;
      });
      // Every session that was shown is gone, each was ended once, and nobody else was.
      const left = site.store.keys().filter((key) => key.startsWith(`${account}-`));
      expect([...left].sort()).toEqual([...since].sort());
      expect([...asked.values()]).toEqual(Array.from({ length: 8 }, () => 1));
      expect(done.commands).toHaveLength(3);
      expect(done.commands.map(({ state }) => state)).toEqual(['completed', 'completed', 'completed']);
      expect(done.commands.reduce((sum, { ended, alreadyGone }) => sum + ended + alreadyGone, 0)).toBe(8);
      // Both journals know each command once.
      const ids = done.commands.map(({ id }) => String(id)).sort();
      const db = new Database(join(folder, 'shop', 'agent.db'), { readonly: true });
      const entries = db
        .prepare('SELECT body FROM chain')
        .pluck()
        .all()
        .map((body) => JournalEntry.parse(JSON.parse(String(body))));
      db.close();
      const taken = entries
        .filter(({ action }) => action === 'command')
        .flatMap(({ details: { commandId } }) => (typeof commandId === 'string' ? [commandId] : []));
      expect(taken.filter((id) => ids.includes(id)).sort()).toEqual(ids);
      const finished = await engine.until('closed', async () => {
        const page = await engine.call('journal.page', {
          before: null,
          action: 'command-finished',
          limit: 500,
        });
        const all = page.rows.map(({ subject }) => subject?.id ?? '');
        return ids.every((id) => all.includes(id)) ? all : null;
      });
      expect(finished).toHaveLength(new Set(finished).size);
    }),
    {
      numRuns: 5,
      examples: [
        [
          [
            { who: 'console', afterMs: 5 },
            { who: 'agent', afterMs: 5 },
          ],
        ],
      ],
    },
  );
}, 90_000);
