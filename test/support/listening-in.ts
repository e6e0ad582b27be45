import { createServer, type IncomingMessage } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** Where something is sent to, and every byte that arrived. */
export interface Heard {
  readonly port: number;
  bytes(): Buffer;
  close(): Promise<void>;
}

const listen = async (server: Pick<Server, 'listen' | 'address'>): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/** A way to a server on loopback that keeps a copy of everything the server answers, byte for byte. */
export async function listenIn(url: string): Promise<Heard & { readonly url: string }> {
  const { hostname, port: behind } = new URL(url);
  const heard: Buffer[] = [];
  const sockets = new Set<{ destroy(): unknown }>();
  const server = createTcpServer((near) => {
    const far = connect(Number(behind), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
    near.pipe(far);
    far.on('data', (chunk: Buffer) => heard.push(chunk));
    far.pipe(near);
  });
  const port = await listen(server);
  return {
    port,
    url: `http://127.0.0.1:${String(port)}`,
    bytes: () => Buffer.concat(heard),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** A webhook that takes everything; its bytes are the bodies and headers. */
export async function webhookReceiver(): Promise<Heard> {
  const heard: Buffer[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    heard.push(Buffer.from(request.rawHeaders.join('\n')));
    request.on('data', (chunk: Buffer) => heard.push(chunk));
    request.on('end', () => response.writeHead(204).end());
  });
  return {
    port: await listen(server),
    bytes: () => Buffer.concat(heard),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A mail server that takes everything; its bytes are the mails, with lines that quoted-printable broke put together. */
export async function mailReceiver(): Promise<Heard> {
  const heard: Buffer[] = [];
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(null, { user: 'agent' }),
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      stream.on('data', (chunk: Buffer) => heard.push(chunk));
      stream.on('end', done);
    },
  });
  return {
    port: await listen(server.server),
    bytes: () =>
      Buffer.from(
        Buffer.concat(heard)
          .toString('latin1')
          .replaceAll(/=\r?\n/g, ''),
        'latin1',
      ),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
