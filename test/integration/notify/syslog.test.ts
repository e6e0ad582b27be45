import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { expect, test } from 'vitest';
import { tlsFiles } from '#test/support/servers/tls-files.ts';
import { benches, item } from './support.ts';

const open = benches();
const LINE =
  /^<(\d+)>1 (\S+) (\S+) watchfloor (\d+) (\S{1,32}) \[watchfloor@32473 ((?:[a-zA-Z]+="(?:[^"\\\]]|\\["\\\]])*" ?)+)\] \uFEFF(.*)$/s;

/** Cuts octet-counted frames (RFC 6587) apart as a receiver does. */
function frames(bytes: Buffer): string[] {
  const found: string[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const space = rest.indexOf(0x20);
    const length = Number(rest.subarray(0, space).toString());
    found.push(rest.subarray(space + 1, space + 1 + length).toString());
    rest = rest.subarray(space + 1 + length);
  }
  return found;
}
function collect(received: Buffer[]) {
  return (socket: Socket): void => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => received.push(Buffer.concat(chunks)));
    socket.on('error', () => undefined);
  };
}
const syslog = (port: number, transport: 'udp' | 'tcp' | 'tls', more: object = {}) => ({
  name: 'siem',
  target: {
    kind: 'syslog' as const,
    host: transport === 'tls' ? 'localhost' : '127.0.0.1',
    port,
    transport,
    ...more,
  },
});

test('UDP: one datagram a detection, as RFC 5424 says, hostile names escaped, cut at 2,048 octets', async () => {
  const socket = createSocket('udp4');
  const got: string[] = [];
  socket.on('message', (message) => got.push(message.toString()));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  open.later(() => socket.close());
  const bench = open.open(open.folder(), { config: syslog(socket.address().port, 'udp', { facility: 13 }) });
  const hostile = { kind: 'user' as const, id: 'a"]\\\n<13>1 forged' };
  bench.tell(item('a', { entity: hostile, detection: 'privileged_role_after_risky_login' }));
  await bench.until('datagram', () => got.length === 1);
  const [, priority, time, , , msgId, data, text] = LINE.exec(got[0]!)!;
  expect(Number(priority)).toBe(13 * 8 + 3);
  expect(time).toBe('2026-03-01T10:41:00.000Z');
  expect(msgId).toBe('privileged_role_after_risky_login'.slice(0, 32));
  expect(data).toContain('entity="a\\"\\]\\\\ <13>1 forged"');
  expect(data).toContain('detection="privileged_role_after_risky_login"');
  expect(text).toContain('Berlin to Lagos');
  expect(got[0]).not.toContain('\n');
  const long = 'ü'.repeat(4_000);
  bench.tell(item('b', { evidence: { ...item('b').finding.record.evidence, summary: long } }));
  await bench.until('second', () => got.length === 2);
  expect(Buffer.byteLength(got[1]!)).toBeLessThanOrEqual(2_048);
  expect(Buffer.byteLength(got[1]!)).toBeGreaterThan(2_040);
  expect(got[1]).not.toContain('\uFFFD');
});

test('TCP: octet counting; a digest is one frame a detection', async () => {
  const received: Buffer[] = [];
  const server = createServer({ allowHalfOpen: false }, collect(received));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.later(() => server.close());
  let now = Date.parse('2026-03-01T12:00:00Z');
  const bench = open.open(open.folder(), {
    clock: () => now as never,
    config: {
      ...syslog((server.address() as AddressInfo).port, 'tcp'),
      limits: { messages: 1, digestMin: 15 },
    },
  });
  bench.tell(item('a'), item('b', { severity: 'critical' }), item('c', { severity: 'medium' }));
  await bench.until('first alone', () => bench.states().join() === 'sent');
  now += 15 * 60_000;
  bench.notifier.kick();
  await bench.until('digest', () => bench.states().join() === 'sent,sent' && received.length === 2);
  expect(received.map((bytes) => frames(bytes).length)).toEqual([1, 2]);
  expect(frames(received[1]!).map((line) => Number(LINE.exec(line)![1]) % 8)).toEqual([2, 4]);
});

test('TLS with an own authority; a closed port is said', async () => {
  const tls = await tlsFiles();
  open.later(() => tls.folder.remove());
  const received: Buffer[] = [];
  const server = createTlsServer(
    { key: readFileSync(tls.key), cert: readFileSync(tls.cert) },
    collect(received),
  );
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  const bench = open.open(open.folder(), {
    config: syslog(port, 'tls', { ca: readFileSync(tls.cert, 'utf8') }),
    retryMs: [30],
  });
  bench.tell(item('a'));
  await bench.until('sent', () => bench.states().join() === 'sent');
  expect(frames(received[0]!)[0]).toMatch(LINE);
  await new Promise((resolve) => server.close(resolve));
  bench.tell(item('b'));
  await bench.until('failing', () => bench.notifier.problems().length === 1);
  expect(bench.notifier.problems()[0]!.message).toContain(`localhost:${String(port)} cannot be reached`);
});
