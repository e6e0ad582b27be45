import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { prepareWith, requireBinary } from './private-folder.ts';
import { startServer, type ServerProcess } from './server-process.ts';
import type { TcpWithTls } from './tls-files.ts';

export interface PrivateMariaDb extends ServerProcess {
  readonly socket: string;
  /** Administrator without a password, over the socket. */
  readonly user: string;
}

/** A MariaDB of Debian's, private to the test: unix socket only unless told otherwise, no durability by default. */
export async function startMariaDb(tls?: TcpWithTls, durable = false): Promise<PrivateMariaDb> {
  const command = requireBinary(['/usr/sbin/mariadbd', '/usr/sbin/mysqld'], 'mariadb-server');
  const install = requireBinary(
    ['/usr/bin/mariadb-install-db', '/usr/bin/mysql_install_db'],
    'mariadb-server',
  );
  const user = 'keeper';
  const socketIn = (folder: string): string => join(folder, 's');
  const server = await startServer({
    name: 'mariadb',
    command,
    stopSignal: 'SIGTERM',
    prepare: (folder) => {
      prepareWith(folder, install, [
        '--no-defaults',
        `--datadir=${join(folder.path, 'data')}`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        `--tmpdir=${folder.path}`,
      ]);
    },
    arguments: (folder) => [
      '--no-defaults',
      `--datadir=${join(folder, 'data')}`,
      `--socket=${socketIn(folder)}`,
      `--pid-file=${join(folder, 'pid')}`,
      // A server that starts removes temporary tables from a shared folder, also those that another one is using.
      `--tmpdir=${folder}`,
      ...(tls === undefined
        ? ['--skip-networking']
        : [
            `--port=${String(tls.port)}`,
            '--bind-address=127.0.0.1',
            `--ssl-cert=${tls.cert}`,
            `--ssl-key=${tls.key}`,
          ]),
      '--character-set-server=utf8mb4',
      ...(durable ? [] : ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0']),
      '--innodb-buffer-pool-size=128M',
      '--innodb-fast-shutdown=2',
      '--max-allowed-packet=64M',
      '--skip-log-bin',
    ],
    answers: async (folder) => {
      const connection = await createConnection({ socketPath: socketIn(folder), user: 'root' });
      try {
        await connection.query(`CREATE USER IF NOT EXISTS ${user}@localhost`);
        await connection.query(`GRANT ALL ON *.* TO ${user}@localhost WITH GRANT OPTION`);
      } finally {
        await connection.end();
      }
    },
  });
  return { ...server, socket: socketIn(server.folder), user };
}
