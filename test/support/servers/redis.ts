import { join } from 'node:path';
import { Redis } from 'ioredis';
import { requireBinary } from './private-folder.ts';
import { startServer, type ServerProcess } from './server-process.ts';

export interface PrivateRedis extends ServerProcess {
  readonly socket: string;
}

/** A Redis of Debian's, private to the test: unix socket only, nothing written to disk. */
export async function startRedis(): Promise<PrivateRedis> {
  const command = requireBinary(['/usr/bin/redis-server'], 'redis-server');
  const socketIn = (folder: string): string => join(folder, 's');
  const server = await startServer({
    name: 'redis',
    command,
    stopSignal: 'SIGTERM',
    prepare: () => undefined,
    arguments: (folder) => [
      '--port',
      '0',
      '--unixsocket',
      socketIn(folder),
      '--unixsocketperm',
      '777',
      // DEBUG stops Redis taking expired keys out by itself, which it does at no certain time.
      '--enable-debug-command',
      'local',
      '--save',
      '',
      '--dir',
      folder,
    ],
    answers: async (folder) => {
      const client = new Redis({ path: socketIn(folder), lazyConnect: true, retryStrategy: () => null });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.ping();
      } finally {
        client.disconnect();
      }
    },
  });
  return { ...server, socket: socketIn(server.folder) };
}
