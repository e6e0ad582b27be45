import { createServer, type Server as HttpServer } from 'node:http';
import net, { type AddressInfo, type Server } from 'node:net';

/** A proxy that tells what it was asked for. */
export interface TestProxy {
  readonly url: string;
  /** Where it was asked to lead, `host:port`, in order. */
  readonly asked: string[];
  /** Name and password that it wants; null: none. */
  login: { readonly name: string; readonly password: string } | null;
  /** Leads nowhere from now on. */
  refuses: boolean;
  stop(): Promise<void>;
}

const open = (server: HttpServer | Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port);
    });
  });

function closer(server: HttpServer | Server): () => Promise<void> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return () =>
    new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => {
        resolve();
      });
    });
}

function join(one: net.Socket, other: net.Socket): void {
  one.pipe(other).pipe(one);
  for (const socket of [one, other]) {
    socket.on('error', () => undefined);
    socket.on('close', () => {
      one.destroy();
      other.destroy();
    });
  }
}

/** An HTTP proxy that knows CONNECT (RFC 9110, 9.3.6) and nothing else. */
export async function startConnectProxy(): Promise<TestProxy> {
  const server = createServer((_request, response) => {
    response.writeHead(501).end();
  });
  const stop = closer(server);
  server.on('connect', (request, socket: net.Socket) => {
    const wanted =
      proxy.login === null
        ? null
        : `Basic ${Buffer.from(`${proxy.login.name}:${proxy.login.password}`).toString('base64')}`;
    proxy.asked.push(request.url ?? '');
    if (wanted !== null && request.headers['proxy-authorization'] !== wanted) {
      socket.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="test"\r\n\r\n',
      );
      return;
    }
    if (proxy.refuses) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const onward = net.connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      join(socket, onward);
    });
    onward.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  });
  const port = await open(server);
  const proxy: TestProxy = {
    url: `http://127.0.0.1:${String(port)}`,
    asked: [],
    login: null,
    refuses: false,
    stop,
  };
  return proxy;
}

/** A SOCKS5 proxy (RFC 1928) with CONNECT, names resolved by it, and user names and passwords (RFC 1929). */
export async function startSocksProxy(): Promise<TestProxy> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    let step: 'methods' | 'login' | 'request' = 'methods';
    const read = (data: Buffer) => {
      if (step === 'methods') {
        const method = proxy.login === null ? 0x00 : 0x02;
        const offered = data.subarray(2, 2 + (data[1] ?? 0));
        if (!offered.includes(method)) {
          socket.end(Buffer.from([5, 0xff]));
          return;
        }
        step = method === 0 ? 'request' : 'login';
        socket.write(Buffer.from([5, method]));
        return;
      }
      if (step === 'login') {
        const nameLength = data[1] ?? 0;
        const name = data.subarray(2, 2 + nameLength).toString();
        const password = data
          .subarray(3 + nameLength, 3 + nameLength + (data[2 + nameLength] ?? 0))
          .toString();
        const good = name === proxy.login?.name && password === proxy.login.password;
        step = 'request';
        if (good) socket.write(Buffer.from([1, 0]));
        else socket.end(Buffer.from([1, 1]));
        return;
      }
      socket.off('data', read);
      const length = data[3] === 3 ? (data[4] ?? 0) : 4;
      const from = data[3] === 3 ? 5 : 4;
      const address = data.subarray(from, from + length);
      const host = data[3] === 3 ? address.toString() : [...address].join('.');
      const port = data.readUInt16BE(from + length);
      proxy.asked.push(`${host}:${String(port)}`);
      const answer = (code: number) => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
      if (proxy.refuses) {
        socket.end(answer(2));
        return;
      }
      const onward = net.connect(port, host, () => {
        socket.write(answer(0));
        join(socket, onward);
      });
      onward.on('error', () => socket.end(answer(5)));
    };
    socket.on('data', read);
  });
  const stop = closer(server);
  const port = await open(server);
  const proxy: TestProxy = {
    url: `socks5h://127.0.0.1:${String(port)}`,
    asked: [],
    login: null,
    refuses: false,
    stop,
  };
  return proxy;
}
