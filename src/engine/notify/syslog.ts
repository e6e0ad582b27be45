import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import type { ChannelTarget } from '#shared/ipc/notify-contract.ts';
import type { Message } from './finding.ts';
import { SendError } from './send-error.ts';
import { syslogLines } from './syslog-format.ts';

type SyslogTarget = Extract<ChannelTarget, { kind: 'syslog' }>;
const TIMEOUT_MS = 10_000;
/** After our end of the stream a refusing receiver has this long to reset it; syslog itself acknowledges nothing. */
const LINGER_MS = 1_000;

/** Sends a message as RFC 5424: a datagram a line (RFC 5426), or octet counting over TCP (RFC 6587) and TLS (RFC 5425). */
export async function sendSyslog(target: SyslogTarget, message: Message, signal: AbortSignal): Promise<void> {
  const lines = syslogLines(message, target.facility, hostname());
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    if (target.transport === 'udp') await sendDatagrams(target, lines);
    else await sendStream(target, lines, deadline);
  } catch (error) {
    const where = `${target.host}:${String(target.port)}`;
    if (deadline.aborted)
      throw new SendError(`no connection to ${where} within ${String(TIMEOUT_MS / 1_000)} seconds`);
    throw new SendError(
      `${where} cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function sendDatagrams(target: SyslogTarget, lines: readonly Buffer[]): Promise<void> {
  const socket = createSocket(isIP(target.host) === 6 ? 'udp6' : 'udp4');
  try {
    for (const line of lines) {
      await new Promise<void>((resolve, reject) => {
        socket.send(line, target.port, target.host, (error) => {
          if (error === null) resolve();
          else reject(error);
        });
      });
    }
  } finally {
    socket.close();
  }
}

async function sendStream(
  target: SyslogTarget,
  lines: readonly Buffer[],
  signal: AbortSignal,
): Promise<void> {
  const { host, port } = target;
  const socket: Socket =
    target.transport === 'tls'
      ? connectTls({
          host,
          port,
          ...(target.ca === null ? {} : { ca: target.ca }),
          ...(isIP(host) === 0 ? { servername: host } : {}),
        })
      : connectPlain({ host, port });
  try {
    await once(socket, target.transport === 'tls' ? 'secureConnect' : 'connect', { signal });
    const failed = new Promise<never>((_, reject) => socket.once('error', reject));
    const ended = new Promise<void>((resolve) => {
      socket.once('close', () => {
        resolve();
      });
      socket.end(Buffer.concat(lines.flatMap((line) => [Buffer.from(`${String(line.length)} `), line])), () =>
        setTimeout(resolve, LINGER_MS),
      );
    });
    const late = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error('it did not take the message'));
      });
    });
    await Promise.race([ended, failed, late]);
  } finally {
    socket.on('error', () => undefined);
    socket.destroy();
  }
}
