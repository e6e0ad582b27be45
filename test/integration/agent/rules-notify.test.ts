import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import type { NotifyConfig } from '#agent/rules/notify.ts';
import type { TestAgent } from '#test/support/agent-in-process.ts';
import { startTestAgent, temporaryFolder } from '#test/support/agent-in-process.ts';
import { createMemoryStore } from '#test/support/memory-store.ts';
import { connectConsole } from '#test/support/test-console.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});
const until = async (what: string, condition: () => boolean) => {
  for (let tries = 0; tries < 1_000; tries++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${what} did not come about`);
};
const seen = (account: string) => ({
  account,
  last: { at: epochMs(Date.now() - 7_200_000), ip: null, userAgent: null },
});

/** Two people are idle for too long; the rule ends one, and a wrong one is stopped. */
async function withRules(notify: NotifyConfig): Promise<{ folder: string; agent: TestAgent }> {
  const store = createMemoryStore();
  store.put('a', seen('ann'));
  store.account('ann', { email: 'ann@example.org' });
  const folder = temporaryFolder();
  const rules = { lists: {}, protect: { roles: [], accounts: [] }, notify };
  const agent = await startTestAgent(store, folder.path, { rules });
  const console = await connectConsole(agent.url, agent.token().text);
  await console.subscribe();
  cleanups.push(async () => {
    console.close();
    await agent.stop();
    folder.remove();
  });
  const common = { kind: 'idle', afterMs: 3_600_000, mode: 'enforce' };
  await console.ask('rules.put', {
    id: randomUUID(),
    ifVersion: 0,
    rules: [
      {
        ...common,
        id: 'one',
        name: 'An hour',
        brake: { perMinute: 9, percent: 100 },
        appliesTo: { accounts: ['ann'] },
      },
      {
        ...common,
        id: 'all',
        name: 'Wrong',
        brake: { perMinute: 9, percent: 0 },
        appliesTo: { accounts: ['ben'] },
      },
    ],
  });
  store.put('b', seen('ben'));
  return { folder: folder.path, agent };
}

test('a webhook hears of ends and of stopped rules, signed; what failed is told later', async () => {
  const got: { body: string; signature: string }[] = [];
  let broken = true;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      response.writeHead(broken ? 503 : 204).end();
      if (!broken) got.push({ body, signature: String(request.headers['watchfloor-signature']) });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => void server.close());
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook`;
  const secret = 'a secret of the receiver';
  const { agent } = await withRules({ webhook: { url, secret }, gatherMs: 100 });
  await until('the failure', () => agent.state.notices.waiting('webhook', 9).length === 2);
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(got).toEqual([]);
  broken = false;
  // After the first failure it waits ten seconds.
  await until('both', () => got.length === 1 || agent.state.notices.waiting('webhook', 9).length === 0).catch(
    () => undefined,
  );
  await until('the news', () => got.length === 1);
  const [{ body, signature } = { body: '', signature: '' }] = got;
  const seconds = /^t=(\d+),/.exec(signature)?.[1] ?? '';
  const hmac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  expect(signature).toBe(`t=${seconds},v1=${hmac}`);
  expect(JSON.parse(body)).toMatchObject({ type: 'rules', environment: { id: 'test' } });
  const { news } = JSON.parse(body) as { news: Record<string, unknown>[] };
  expect(news.map((one) => [one['is'], one['name']]).sort()).toEqual([
    ['applied', 'An hour'],
    ['stopped', 'Wrong'],
  ]);
  // The receiver has it before the agent hears so.
  await until('the agent to note it', () => agent.state.notices.waiting('webhook', 9).length === 0);
}, 60_000);

test('mail: administrators get a digest, people why they were signed out, nobody else anything', async () => {
  const mails: { to: string[]; text: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => {
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  await withRules({
    gatherMs: 100,
    mail: {
      host: '127.0.0.1',
      port,
      security: 'none',
      from: 'agent@example.org',
      to: ['admin@example.org'],
      people: true,
    },
  });
  await until('the mails', () => mails.some(({ text }) => text.includes('STOPPED')) && mails.length >= 2);
  const plain = (text: string) => text.replaceAll(/=\r?\n/g, '');
  const toAnn = mails.filter(({ to }) => to.includes('ann@example.org'));
  expect(toAnn).toHaveLength(1);
  expect(toAnn[0]?.text).toContain('Subject: You were signed out of Test');
  expect(plain(toAnn[0]?.text ?? '')).toContain('not seen for 2 hours; the limit is 1 hour');
  expect(mails.flatMap(({ to }) => to).filter((to) => !/^(ann|admin)@/.test(to))).toEqual([]);
});
