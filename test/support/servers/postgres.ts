import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { prepareWith, requireBinary } from './private-folder.ts';
import { freePort, startServer, type ServerProcess } from './server-process.ts';
import type { TcpWithTls } from './tls-files.ts';

export interface PrivatePostgres extends ServerProcess {
  /** Folder of the unix socket: what `host` has to be. */
  readonly socket: string;
  readonly port: number;
  /** Administrator without a password. */
  readonly user: string;
}

const ROOT = '/usr/lib/postgresql';

/** A PostgreSQL of Debian's, private to the test: unix socket only unless told otherwise, no durability by default. */
export async function startPostgres(tls?: TcpWithTls, durable = false): Promise<PrivatePostgres> {
  const versions = existsSync(ROOT) ? readdirSync(ROOT).sort((a, b) => Number(b) - Number(a)) : [];
  const binary = (file: string): string =>
    requireBinary(
      versions.map((version) => join(ROOT, version, 'bin', file)),
      'postgresql',
    );
  const command = binary('postgres');
  const initdb = binary('initdb');
  // Without TCP the port only names the socket.
  const port = tls?.port ?? (await freePort());
  const server = await startServer({
    name: 'postgres',
    command,
    // Fast shutdown: clients are cut off.
    stopSignal: 'SIGINT',
    prepare: (folder) => {
      prepareWith(folder, initdb, [
        '-D',
        join(folder.path, 'data'),
        '-U',
        'keeper',
        '--auth=trust',
        '--encoding=UTF8',
        '--locale=C.UTF-8',
        '--no-sync',
      ]);
    },
    arguments: (folder) => [
      '-D',
      join(folder, 'data'),
      '-k',
      folder,
      '-p',
      String(port),
      '-c',
      tls === undefined ? 'listen_addresses=' : 'listen_addresses=127.0.0.1',
      ...(tls === undefined
        ? []
        : ['-c', 'ssl=on', '-c', `ssl_cert_file=${tls.cert}`, '-c', `ssl_key_file=${tls.key}`]),
      ...(durable ? [] : ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off']),
      '-c',
      'timezone=UTC',
    ],
    answers: async (folder) => {
      const client = new pg.Client({ host: folder, port, user: 'keeper', database: 'postgres' });
      try {
        await client.connect();
        await client.query('SELECT 1');
      } finally {
        await client.end();
      }
    },
  });
  return { ...server, socket: server.folder, port, user: 'keeper' };
}
