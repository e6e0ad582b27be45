import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { tlsFiles } from '#test/support/servers/tls-files.ts';
import { benches, CHANNEL, item } from './support.ts';

const open = benches();

interface Posted {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A receiver that answers by a script; the last answer is given again and again. */
async function receiver(answers: readonly { status: number; headers?: Record<string, string> }[]) {
  const posted: Posted[] = [];
  const answer: RequestListener = (request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const next = answers[Math.min(posted.length, answers.length - 1)]!;
      posted.push({ headers: request.headers, body });
      response.writeHead(next.status, next.headers).end('answer text');
    });
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.later(() => server.close());
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook`, posted, answer };
}
const webhook = (url: string, ca: string | null = null) => ({
  name: 'hook',
  target: { kind: 'webhook' as const, url, ca },
});

test('a detection is posted once, signed over its exact bytes, with everything of the record', async () => {
  const { url, posted } = await receiver([{ status: 204 }]);
  const bench = open.open(open.folder(), { config: webhook(url) });
  bench.secrets.set(CHANNEL, 'signing key');
  bench.tell(item('a'));
  bench.tell(item('a'));
  await bench.until('sent', () => bench.states().join() === 'sent');
  bench.tell(item('a'));
  expect(posted).toHaveLength(1);
  const [first] = posted;
  const body = JSON.parse(first!.body) as Record<string, unknown>;
  expect(body).toMatchObject({
    watchfloor: 1,
    type: 'detection',
    severity: 'high',
    total: 1,
    detections: [
      {
        change: 'raised',
        environment: 'shop',
        id: 'a',
        detection: 'impossible_travel',
        raisedAt: '2026-03-01T10:00:00.000Z',
        entity: { kind: 'user', id: 'n.okafor' },
        evidence: { nextStep: 'Ask the person whether both sign-ins are theirs.' },
      },
    ],
  });
  expect(first!.headers['watchfloor-delivery']).toBe(body['id']);
  const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(
    String(first!.headers['watchfloor-signature']),
  )!;
  expect(mac).toBe(createHmac('sha256', 'signing key').update(`${seconds!}.${first!.body}`).digest('hex'));
});

test('a receiver that fails is tried again with the same id; the failure shows until it got through', async () => {
  const { url, posted } = await receiver([
    { status: 500 },
    { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
    { status: 200 },
  ]);
  const bench = open.open(open.folder(), { config: webhook(url), retryMs: [200] });
  bench.tell(item('a'));
  await bench.until('failing', () => bench.notifier.problems().length === 1);
  expect(bench.notifier.problems()[0]!.message).toContain('answered 500: answer text');
  expect(bench.notifier.channels()[0]).toMatchObject({ waiting: 1, lastSentAt: null });
  await bench.until(
    'redirect refused',
    () => bench.notifier.problems()[0]?.message.includes('redirects') === true,
  );
  await bench.until('sent', () => bench.states().join() === 'sent');
  expect(bench.notifier.problems()).toEqual([]);
  expect(new Set(posted.map(({ headers }) => headers['watchfloor-delivery'])).size).toBe(1);
  expect(posted).toHaveLength(3);
});

test('Retry-After is kept to', async () => {
  const { url, posted } = await receiver([{ status: 429, headers: { 'retry-after': '1' } }, { status: 200 }]);
  const bench = open.open(open.folder(), { config: webhook(url), retryMs: [1] });
  const began = Date.now();
  bench.tell(item('a'));
  await bench.until('sent', () => bench.states().join() === 'sent');
  expect(posted).toHaveLength(2);
  expect(Date.now() - began).toBeGreaterThanOrEqual(1_000);
});

test('TLS with an own authority; without it nothing is sent', async () => {
  const { answer, posted } = await receiver([{ status: 200 }]);
  const tls = await tlsFiles();
  open.later(() => tls.folder.remove());
  const server = createTlsServer({ key: readFileSync(tls.key), cert: readFileSync(tls.cert) }, answer);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  open.later(() => server.close());
  const url = `https://localhost:${String((server.address() as AddressInfo).port)}/`;
  const trusting = open.open(open.folder(), { config: webhook(url, readFileSync(tls.cert, 'utf8')) });
  trusting.tell(item('a'));
  await trusting.until('sent', () => trusting.states().join() === 'sent');
  const wary = open.open(open.folder(), { config: webhook(url) });
  wary.tell(item('a'));
  await wary.until('failing', () => wary.notifier.problems().length === 1);
  expect(wary.notifier.problems()[0]!.message).toMatch(/certificate/);
  expect(posted).toHaveLength(1);
});

test('nothing leaves for what a filter silenced, what history raised, what is below the threshold or elsewhere', async () => {
  const { url, posted } = await receiver([{ status: 200 }]);
  const bench = open.open(open.folder(), {
    config: { ...webhook(url), subscription: { minSeverity: 'high' } },
  });
  bench.tell(
    item('filtered', { filtered: 'trusted_egress' }),
    item('old', { retrospective: true }),
    item('medium', { severity: 'medium' }),
    item('quiet', { detection: 'new_device' }),
    item('told'),
  );
  await bench.until('sent', () => bench.states().join() === 'sent');
  expect(posted.map(({ body }) => body.includes('"id":"told"'))).toEqual([true]);
  expect(bench.db.prepare('SELECT count(*) FROM notify_item').pluck().get()).toBe(1);
});

test('what grows is told again, what is taken back is said to those who were told', async () => {
  const { url, posted } = await receiver([{ status: 200 }]);
  const bench = open.open(open.folder(), { config: webhook(url) });
  bench.tell(item('a', { severity: 'medium' }));
  await bench.until('first', () => posted.length === 1);
  bench.tell(item('a', { severity: 'critical' }));
  await bench.until('second', () => posted.length === 2);
  bench.tell(item('a', { severity: 'high' }));
  bench.tell(item('a', { severity: 'critical' }, 'withdrawn'), item('never told', {}, 'withdrawn'));
  await bench.until('third', () => posted.length === 3);
  await bench.until('done', () => bench.states().every((state) => state === 'sent'));
  expect(
    posted.map(({ body }) => {
      const [one] = (JSON.parse(body) as { detections: { change: string; severity: string }[] }).detections;
      return `${one!.change} ${one!.severity}`;
    }),
  ).toEqual(['raised medium', 'raised critical', 'withdrawn critical']);
});
