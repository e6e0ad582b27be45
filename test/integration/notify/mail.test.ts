import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { expect, test } from 'vitest';
import { tlsFiles } from '#test/support/servers/tls-files.ts';
import { benches, CHANNEL, item } from './support.ts';

const open = benches();

async function mailServer(options: SMTPServerOptions) {
  const mails: { text: string; secure: boolean; to: string[]; user: unknown }[] = [];
  const server = new SMTPServer({
    ...options,
    onAuth: ({ username, password }, _session, done) => {
      if (username === 'soc' && password === 'right') done(null, { user: username });
      else done(new Error('wrong password'));
    },
    onRcptTo: ({ address }, _session, done) => {
      done(address.startsWith('nobody') ? new Error('no such person') : null);
    },
    onData: (stream, session, done) => {
      let text = '';
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => (text += chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ text, secure: session.secure, to, user: session.user });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, () => {
      resolve();
    });
  });
  open.later(() => new Promise<void>((resolve) => server.close(resolve)));
  return { mails, port: (server.server.address() as AddressInfo).port };
}
const mail = (port: number, more: object) => ({
  name: 'soc',
  target: {
    kind: 'mail' as const,
    host: 'localhost',
    port,
    security: 'none' as const,
    from: 'watchfloor@example.org',
    to: ['soc@example.org'],
    ...more,
  },
});

test('STARTTLS with a password: encrypted, readable, one Message-ID over retries', async () => {
  const tls = await tlsFiles();
  open.later(() => tls.folder.remove());
  const ca = readFileSync(tls.cert, 'utf8');
  const { mails, port } = await mailServer({ key: readFileSync(tls.key), cert: ca });
  const bench = open.open(open.folder(), {
    config: mail(port, { security: 'starttls', user: 'soc', ca }),
    retryMs: [50],
  });
  bench.secrets.set(CHANNEL, 'wrong');
  const hostile = { kind: 'user' as const, id: 'eve\r\nBcc: all@example.org' };
  bench.tell(item('a', { entity: hostile }));
  await bench.until('refused', () => bench.notifier.problems().length === 1);
  expect(bench.notifier.problems()[0]!.message).toContain('wrong password');
  bench.secrets.set(CHANNEL, 'right');
  await bench.until('sent', () => bench.states().join() === 'sent');
  expect(mails).toHaveLength(1);
  const [only] = mails;
  expect(only).toMatchObject({ secure: true, to: ['soc@example.org'], user: 'soc' });
  const text = only!.text.replaceAll('\r\n', '\n').replaceAll(/\n[ \t]/g, ' ');
  expect(text).toMatch(/^Subject: Watchfloor \[high\] Impossible travel: eve Bcc: all@example.org in shop$/m);
  expect(text).toMatch(/^Auto-Submitted: auto-generated$/m);
  expect(text).toContain('Berlin to Lagos, 5,203 km in 41 min');
  expect(text).toContain('Distance: 5,203 km (against at least 500 km)');
  expect(text).toContain('Same address or IPv6 /64: two addresses');
  expect(text).toMatch(/^Message-ID: <[0-9a-f-]{36}@watchfloor\.invalid>$/m);
});

test('a server without STARTTLS gets neither password nor mail', async () => {
  const { mails, port } = await mailServer({ disabledCommands: ['STARTTLS'], authOptional: true });
  const bench = open.open(open.folder(), { config: mail(port, { security: 'starttls', user: 'soc' }) });
  bench.secrets.set(CHANNEL, 'right');
  bench.tell(item('a'));
  await bench.until('refused', () => bench.notifier.problems().length === 1);
  expect(mails).toEqual([]);
});

test('one refused recipient is noted, not retried: the others would get it twice', async () => {
  const { mails, port } = await mailServer({ authOptional: true, hideSTARTTLS: true });
  const bench = open.open(open.folder(), {
    config: mail(port, { to: ['soc@example.org', 'nobody@example.org'] }),
  });
  bench.tell(item('a'));
  await bench.until('sent', () => bench.states().join() === 'sent');
  expect(mails.map(({ to }) => to)).toEqual([['soc@example.org']]);
  expect(bench.db.prepare('SELECT problem FROM notify_delivery').pluck().get()).toContain(
    'nobody@example.org',
  );
});
