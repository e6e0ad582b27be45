import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import type { Log } from '#shared/domain/log.ts';
import { serveHealth } from '#agent/health.ts';
import { startTestAgent, systemClock, temporaryFolder } from '#test/support/agent-in-process.ts';
import { listenIn, mailReceiver, webhookReceiver } from '#test/support/listening-in.ts';
import { connectConsole, type TestConsole } from '#test/support/test-console.ts';
import { disposeServers } from './databases.ts';
import { allKeys, visit } from './reading.ts';
import type { World } from './world.ts';
import { EVERY_FORM } from './worlds/every-kind.ts';

afterAll(disposeServers);

/** Everything below a folder, as bytes. */
function contents(folder: string): Buffer {
  return Buffer.concat(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name))),
  );
}

/** What the configuration of this agent holds and nobody may be shown. */
const PUSH_TOKEN = 'push-token-6f3a9c41d2';
const HOOK_SECRET = 'hook-secret-0b77e1c95a';
const MAIL_PASSWORD = 'mail-password-5d2e8f17';
const DATABASE_PASSWORD = 'only for this test';

/** A secret as it is, and as it would look in what others wrap it in. */
const formsOf = (secret: string): readonly Buffer[] => {
  const bytes = Buffer.from(secret);
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    bytes.toString('hex'),
    // Base64 of a text within a longer one begins at any of three places; what surely stays the same is its middle.
    ...[0, 1, 2].map((shift) => {
      const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
      return text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    }),
  ];
  return [...new Set(forms)].filter((form) => form.length >= 6).map((form) => Buffer.from(form));
};

/** A session whose time runs out ends as expired, where sessions have an end. */
async function endsByTime(world: World, console: TestConsole, account: string): Promise<void> {
  if (world.lifetimeMs === undefined) return;
  const known = new Set(console.sessions.keys());
  const fresh = () => [...console.sessions.keys()].find((id) => !known.has(id));
  // Long enough to be seen at all, on a machine that is as slow as it likes.
  for (let left = 1_500; fresh() === undefined; left *= 2) {
    expect(left, 'a session that is seen before its time is over').toBeLessThan(60_000);
    await world.signIn(account, {
      ...visit(0),
      at: Math.trunc((Date.now() + left) / 1_000) * 1_000 - world.lifetimeMs,
    });
    const until = Date.now() + left;
    while (fresh() === undefined && Date.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const id = fresh();
  await console.until(
    () => console.changes.some((change) => change.kind === 'session.closed' && change.id === id),
    'its end',
  );
  const end = console.changes.find((change) => change.kind === 'session.closed' && change.id === id);
  expect(['expired', 'collected']).toContain(end?.kind === 'session.closed' ? end.reason : null);
}

describe.each(EVERY_FORM)('the agent on %s', (_label, makeWorld) => {
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
      const [hook, mails] = [await webhookReceiver(), await mailReceiver()];
      const agent = await startTestAgent(
        { adapter: world.adapter } as Parameters<typeof startTestAgent>[0],
        folder.path,
        {
          log,
          timing: { proofAfterMs: [1_500, 2_500] },
          pushToken: PUSH_TOKEN,
          rules: {
            lists: {},
            protect: { roles: [], accounts: [] },
            notify: {
              gatherMs: 100,
              webhook: { url: `http://127.0.0.1:${String(hook.port)}/hook`, secret: HOOK_SECRET },
              mail: {
                host: '127.0.0.1',
                port: mails.port,
                security: 'none',
                user: 'agent',
                password: MAIL_PASSWORD,
                from: 'agent@example.org',
                to: ['admin@example.org'],
                people: true,
              },
            },
          },
        },
      );
      const token = agent.token().text;
      const wire = await listenIn(agent.url);
      const health = await serveHealth(0, () => agent.facts(), systemClock);
      const answers: string[] = [];
      const ask = async (url: string, options: RequestInit = {}): Promise<number> => {
        const answer = await fetch(url, options);
        answers.push(JSON.stringify([...answer.headers]), await answer.text());
        return answer.status;
      };
      const push = (bearer: string, events: readonly unknown[]): Promise<number> =>
        ask(`${wire.url}/v1/events`, {
          method: 'POST',
          headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
          body: JSON.stringify({ events }),
        });
      const looks = async (): Promise<void> => {
        expect([200, 503]).toContain(await ask(`${health.url}/healthz`));
        expect(await ask(`${health.url}/metrics`)).toBe(200);
      };
      try {
        const console = await connectConsole(wire.url, token);
        await console.subscribe();
        await console.until(() => console.sessions.size === hostile + 2, 'the snapshot');
        const of = (account: string) =>
          [...console.sessions.values()].filter((session) => session.account?.id === account);
        const [before] = of(anna);
        expect(before?.account?.name).toBe('anna');

        // Somebody signs in, and out again.
        const second = await world.signIn(anna, visit(4));
        await console.until(() => of(anna).length === 2, 'the new session');
        const [out] = of(anna).filter(({ id }) => id !== before?.id);
        await world.signOut(second);
        await console.until(() => of(anna).length === 1, 'the end of the session');
        const endOf = (id: string | undefined) =>
          console.changes.find((change) => change.kind === 'session.closed' && change.id === id);
        const { capabilities } = console.hello.store;
        expect(endOf(out?.id)).toMatchObject({
          reason: capabilities.includes('audit.logout') ? 'logout' : 'unknown',
        });
        await endsByTime(world, console, joerg);

        // What somebody may do changes.
        if (world.setRoles) {
          await world.setRoles(anna, ['auditor', 'editor']);
          await console.until(
            () => console.accounts.get(anna)?.roles.join() === 'auditor,editor',
            'the roles',
          );
          const told = [...console.events.values()].find(({ action }) => action === 'role-changed');
          expect(told).toMatchObject({ account: { id: anna }, attributes: { to: 'auditor, editor' } });
        }

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
        await console.until(() => endOf(before?.id) !== undefined, 'the end by the command');
        expect(endOf(before?.id)).toMatchObject({ reason: 'revoked', commandId: command.id });
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
        await looks();
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

        // The application pushes what it knows, by its own name of the session; once with a wrong token, once wrongly.
        const event = { id: 'p1', action: 'login', session: third, userAgent: 'Lynx/2.9', ip: '192.0.2.77' };
        expect(await push(PUSH_TOKEN, [{ ...event, account: { id: anna, name: 'anna' } }])).toBe(202);
        expect(await push('wrong', [event])).toBe(401);
        expect(await push(PUSH_TOKEN, [{ ...event, id: 'p2', nonsense: third }])).toBe(400);

        // A rule ends one of two sessions, and tells it by webhook and by mail.
        const limit = {
          id: 'limit',
          name: 'One',
          kind: 'concurrency',
          max: 1,
          per: 'account',
          end: 'oldest',
        };
        const rule = { ...limit, mode: 'enforce', brake: { perMinute: 100, percent: 100 } };
        const who = { appliesTo: { accounts: [anna] } };
        const put = { id: randomUUID(), rules: [{ ...rule, ...who }], ifVersion: 0 };
        expect(await console.ask('rules.put', put)).toMatchObject({ ok: true });
        await world.signIn(anna, visit(6));
        for (let tries = 0; !(hook.bytes().includes('"One"') && mails.bytes().includes('One')); tries += 1) {
          expect(tries, 'the news of the rule').toBeLessThan(500);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }

        // Everything else that can be asked for.
        await looks();
        await ask(`${wire.url}/`);
        expect(await console.ask('history', { limit: 500 })).toMatchObject({ ok: true });
        expect(await console.ask('journal.page', { after: 0, limit: 100 })).toMatchObject({ ok: true });
        expect(await console.ask('posture.get', {})).toMatchObject({ ok: true });
        expect(await console.ask('rules.get', {})).toMatchObject({ ok: true });
        expect(await console.ask('approvals.list', {})).toMatchObject({ ok: true });
        await console.ask('command', { ...command, id: randomUUID(), dryRun: true, selector: { all: true } });
        console.close();
      } finally {
        await agent.stop();
        await health.close();
        await wire.close();
        await hook.close();
        await mails.close();
        await world.dispose();
      }
      try {
        const places: Readonly<Record<string, Buffer>> = {
          'sent to consoles and applications': wire.bytes(),
          'answered about health': Buffer.from(answers.join('\n')),
          'told by webhook': hook.bytes(),
          'told by mail': mails.bytes(),
          logged: Buffer.from(lines.join('\n')),
          'kept on the disk': contents(folder.path),
        };
        const sizes = Object.values(places).map((bytes) => bytes.length);
        expect(Math.min(...sizes)).toBeGreaterThan(50);
        // That the wire is read in the clear: names are in it.
        expect(wire.bytes().includes('anna')).toBe(true);
        expect(world.secrets().length).toBeGreaterThan(5);
        const configured = [PUSH_TOKEN, HOOK_SECRET, MAIL_PASSWORD, DATABASE_PASSWORD, token];
        for (const secret of [...world.secrets(), ...configured])
          for (const form of formsOf(secret))
            for (const [place, bytes] of Object.entries(places))
              expect(bytes.includes(form), `${place}: ${secret} as ${form.toString()}`).toBe(false);
      } finally {
        folder.remove();
      }
    },
  );
});
