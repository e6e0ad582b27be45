import { z } from 'zod';
import { PostgresConfig, Tls } from '../sql/database-config.ts';
import { grantStatements } from '../sql/grants.ts';
import { aclStatement } from './acl.ts';

const Pointer = z
  .string()
  .regex(/^(?:\/[^/]+)+$/, 'a JSON pointer into the session, such as /user/id or /passport/user');

/** One pointer, or several of which the first that leads somewhere counts. */
const Pointers = z.union([Pointer.transform((one) => [one]), z.array(Pointer).max(8)]);

/** Where the application keeps things in its sessions. What is not named is unknown, never guessed. */
export const Mapping = z.strictObject({
  user: Pointers.default(['/passport/user', '/user/id', '/userId']),
  name: Pointers.default(['/user/name', '/user/username']),
  /** A text, a list of texts, or a list of objects with `name`. */
  roles: Pointers.default([]),
  email: Pointers.default([]),
  /** Of the login. */
  address: Pointers.default([]),
  userAgent: Pointers.default([]),
  /** Of the last request, for applications that write them at every request. */
  lastAddress: Pointers.default([]),
  lastUserAgent: Pointers.default([]),
  /** Milliseconds or seconds since the epoch, or an ISO time. */
  openedAt: Pointers.default([]),
});
export type Mapping = z.infer<typeof Mapping>;

export const RedisConfig = z.strictObject({
  driver: z.literal('redis'),
  host: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(1).max(65_535).default(6_379),
  /** Path of a unix socket; `host` and `port` are not used then. */
  socket: z.string().min(1).optional(),
  db: z.int().min(0).max(65_535).default(0),
  user: z.string().min(1).optional(),
  password: z.string().default(''),
  tls: Tls.default(false),
});
export type RedisConfig = z.infer<typeof RedisConfig>;

const TimeZone = z.string().refine((zone) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}, 'a time zone such as Europe/Berlin or UTC');

export const ExpressConfig = z.strictObject({
  database: z.union([RedisConfig, PostgresConfig]),
  /** connect-redis: `prefix`. Every key that begins with it is taken for a session. */
  prefix: z.string().min(1).max(200).default('sess:'),
  /** connect-pg-simple: `tableName`. */
  table: z.string().min(1).max(63).default('session'),
  /** Time zone of the application's database connections; absent: the database's own. */
  timeZone: TimeZone.optional(),
  /** False where the store has `disableTouch`: then nobody knows when a session was used last. */
  touch: z.boolean().default(true),
  /** `auto` asks Redis (CONFIG GET) and looks through all keys at every poll where it must not ask. */
  keyspaceEvents: z.enum(['auto', 'on', 'off']).default('auto'),
  mapping: Mapping.default(() => Mapping.parse({})),
  /** Longest time a request may take, seconds: until then it can write an ended session back. */
  longestRequestSeconds: z.int().min(1).default(60),
});
export type ExpressConfig = z.infer<typeof ExpressConfig>;

export function expressGrants(config: ExpressConfig): string {
  const { database } = config;
  if (database.driver === 'redis') return aclStatement(database, config.prefix, config.keyspaceEvents);
  return grantStatements(database, [
    // Not by column: what changed is told by xmin, which no column grant covers.
    { table: config.table, select: true, delete: true },
  ]);
}

export const EXPRESS_EXAMPLE = `# Where express-session keeps its sessions: connect-redis …
database:
  driver: redis
  host: 127.0.0.1
  port: 6379
  user: watchfloor
  password: \${REDIS_PASSWORD}
prefix: 'sess:'                  # connect-redis: prefix
# … or connect-pg-simple:
# database: { driver: postgres, host: 127.0.0.1, database: app, user: watchfloor, password: \${APP_DB_PASSWORD} }
# table: session                 # connect-pg-simple: tableName
# timeZone: Europe/Berlin        # of the application's connections, where not the database's own
# touch: true                    # false with disableTouch
# keyspaceEvents: auto           # on, where notify-keyspace-events has K and A (or g, $ and x) but CONFIG GET is not granted
# JSON pointers: where your application keeps these in req.session
mapping:
  user: [/passport/user, /user/id]
  name: /user/name
  # roles: /user/roles
  # email: /user/email
  # address: /ip
  # userAgent: /userAgent
  # lastAddress: /lastIp       # address and userAgent are those of the login, these of the last request
  # openedAt: /loginAt
# longestRequestSeconds: 60`;
