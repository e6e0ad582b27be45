import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import type { Log } from '#shared/domain/log.ts';
import { startTestAgent, temporaryFolder } from '#test/support/agent-in-process.ts';
import { connectConsole } from '#test/support/test-console.ts';
import { disposeServers } from './databases.ts';
import { allKeys, visit } from './reading.ts';
import { EVERY_KIND } from './worlds/every-kind.ts';

afterAll(disposeServers);

/** Everything below a folder, as bytes. */
function contents(folder: string): Buffer {
  return Buffer.concat(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name))),
  );
}

describe.each(EVERY_KIND)('the agent on %s', (_label, makeWorld) => {
  test(
    'follows, ends, proves and recovers, and no secret is sent, logged or kept',
    { timeout: 60_000 },
    async () => {
      const world = await makeWorld();
      const folder = temporaryFolder();
      const lines: string[] = [];
      const note = (message: string, facts?: unknown): void =>
        void lines.push(`${message} ${JSON.stringify(facts ?? {})}`);
      const log: Log = { debug: note, info: note, warn: note, error: note };
      const anna = await world.addPerson({ name: 'anna', email: 'a@example.org', roles: ['editor'] });
      const joerg = await world.addPerson({ name: 'Jörg 🦉', email: 'j@example.org', roles: [] });
      const first = await world.signIn(anna, visit(1));
      await world.signIn(joerg, visit(2));
      await world.addNoise();
      await world.addHostile(joerg, visit(3));
      const hostile = (await allKeys(world.adapter)).length - 2;
      const agent = await startTestAgent(
        { adapter: world.adapter } as Parameters<typeof startTestAgent>[0],
        folder.path,
        { log, timing: { proofAfterMs: [1_500, 2_500] } },
      );
      const told: unknown[] = [];
      try {
        const console = await connectConsole(agent.url, agent.token().text);
        await console.subscribe();
        await console.until(() => console.sessions.size === hostile + 2, 'the snapshot');
        const of = (account: string) =>
          [...console.sessions.values()].filter((session) => session.account?.id === account);
        const [before] = of(anna);
        expect(before?.account?.name).toBe('anna');

        // Somebody signs in, and out again.
        const second = await world.signIn(anna, visit(4));
        await console.until(() => of(anna).length === 2, 'the new session');
        await world.signOut(second);
        await console.until(() => of(anna).length === 1, 'the end of the session');

        // Ended from the console: gone from the store, with proof.
        const command = {
          id: randomUUID(),
          kind: 'revoke',
          selector: { sessions: [before?.id] },
          reason: 'test',
          claim: { name: 'Alice' },
          issuedAt: Date.now(),
        };
        const answer = await console.ask<'command'>('command', command);
        expect(answer).toMatchObject({ ok: true, state: 'completed', matched: 1, ended: 1, failedCount: 0 });
        await world.writeBack(first);
        const proofs = () =>
          console.news
            .filter(({ event }) => event === 'command.proof')
            .map(({ payload }) => payload as { readonly cameBack: readonly unknown[] });
        await console.until(() => proofs().length >= 2, 'two proofs');
        expect(proofs().some(({ cameBack }) => cameBack.length === 1)).toBe(world.writtenBackIsAlive);

        if (world.setPassword) {
          await world.setPassword(anna);
          await console.until(
            () =>
              [...console.events.values()].some(
                ({ action, account }) => action === 'password-changed' && account?.id === anna,
              ),
            'the new password',
          );
        }

        // The store goes away and comes back.
        await world.down();
        await console.until(() => console.statuses.at(-1)?.store === 'down', 'the store being down');
        const refused = await console.ask<'command'>('command', {
          ...command,
          id: randomUUID(),
          selector: { all: true },
          confirm: 'test',
        });
        expect(refused).toMatchObject({ ok: false, error: { code: 'STORE_UNAVAILABLE' } });
        await world.up();
        await console.until(() => console.statuses.at(-1)?.store === 'up', 'the store being up');
        const third = await world.signIn(anna, visit(5));
        await console.until(() => of(anna).length === 1, 'a session after the store came back');
        expect(third).not.toBe('');

        told.push(
          console.hello,
          console.statuses,
          console.parts,
          console.batches,
          console.news,
          answer,
          refused,
        );
        told.push(await console.ask<'history'>('history', { limit: 500 }));
        console.close();
      } finally {
        await agent.stop();
        await world.dispose();
      }
      try {
        const everything = `${JSON.stringify(told)}\n${lines.join('\n')}`;
        const kept = contents(folder.path);
        expect(told.length).toBeGreaterThan(5);
        expect(kept.length).toBeGreaterThan(10_000);
        expect(world.secrets().length).toBeGreaterThan(5);
        for (const secret of world.secrets()) {
          expect(everything.includes(secret), `sent or logged: ${secret}`).toBe(false);
          expect(kept.includes(secret), `kept: ${secret}`).toBe(false);
        }
      } finally {
        folder.remove();
      }
    },
  );
});
