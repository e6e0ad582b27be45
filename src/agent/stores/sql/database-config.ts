import { isIP } from 'node:net';
import { z } from 'zod';

export const Tls = z.union([
  z.boolean(),
  z.strictObject({
    /** PEM file with the authorities to trust instead of the system's. */
    ca: z.string().min(1).optional(),
    /** Client certificate and key (PEM files). */
    cert: z.string().min(1).optional(),
    key: z.string().min(1).optional(),
  }),
]);
export type Tls = z.infer<typeof Tls>;

const server = {
  host: z.string().min(1).default('127.0.0.1'),
  /** Path of a unix socket; `host` and `port` are not used then. */
  socket: z.string().min(1).optional(),
  database: z.string().min(1),
  user: z.string().min(1),
  password: z.string().default(''),
  tls: Tls.default(false),
};

export const MysqlConfig = z.strictObject({
  driver: z.enum(['mysql', 'mariadb']).transform(() => 'mysql' as const),
  port: z.int().min(1).max(65_535).default(3_306),
  ...server,
});
export type MysqlConfig = z.infer<typeof MysqlConfig>;

export const PostgresConfig = z.strictObject({
  driver: z.enum(['postgres', 'postgresql']).transform(() => 'postgres' as const),
  port: z.int().min(1).max(65_535).default(5_432),
  /** Schema of the application's tables, where it is not in the user's search path. */
  schema: z.string().min(1).optional(),
  ...server,
});
export type PostgresConfig = z.infer<typeof PostgresConfig>;

export const SqliteConfig = z.strictObject({
  driver: z.literal('sqlite'),
  /** The application's database file. */
  file: z.string().min(1),
});
export type SqliteConfig = z.infer<typeof SqliteConfig>;

/** Where an application's tables are. */
export const DatabaseConfig = z.union([MysqlConfig, PostgresConfig, SqliteConfig]);
export type DatabaseConfig = z.infer<typeof DatabaseConfig>;

/** Whether what is said to the database never leaves this machine or is encrypted. */
export function isPrivateLine(config: DatabaseConfig): boolean {
  if (config.driver === 'sqlite' || config.socket !== undefined || config.tls !== false) return true;
  if (config.host.startsWith('/')) return true;
  return (
    config.host === 'localhost' ||
    config.host === '::1' ||
    (isIP(config.host) === 4 && config.host.startsWith('127.'))
  );
}
