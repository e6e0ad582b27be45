import { z } from 'zod';
import { DatabaseConfig } from '../sql/database-config.ts';
import { grantStatements, type TableGrant } from '../sql/grants.ts';

const Name = z.string().min(1).max(128);

export const LaravelConfig = z
  .strictObject({
    database: DatabaseConfig,
    /** `prefix` of the connection in config/database.php. */
    prefix: z.string().regex(/^\w*$/, 'letters, digits and underscores').default(''),
    /** `table` of config/session.php. */
    sessionsTable: Name.default('sessions'),
    /** `lifetime` of config/session.php, minutes. */
    lifetimeMinutes: z.int().min(1).default(120),
    /** The table of the default guard's users. */
    users: z
      .strictObject({
        table: Name.default('users'),
        id: Name.default('id'),
        name: Name.default('name'),
        email: Name.nullable().default('email'),
        password: Name.nullable().default('password'),
        rememberToken: Name.nullable().default('remember_token'),
        createdAt: Name.nullable().default('created_at'),
        /** A column that is true for accounts that may not sign in; Laravel itself has none. */
        blocked: Name.nullable().default(null),
      })
      .prefault({}),
    /** Where roles are: nowhere, in a column of the users table, or in the tables of spatie/laravel-permission. */
    roles: z
      .union([z.literal('none'), z.literal('spatie'), z.strictObject({ column: Name })])
      .default('none'),
    /**
     * A browser with a remember-me cookie signs itself in again after its session was ended. `with-accounts`: the
     * token is taken away when an account's sessions are ended as a whole; `always`: also for a single session (all
     * browsers of that person then have to sign in again when their session is over).
     */
    rememberToken: z.enum(['with-accounts', 'always', 'never']).default('with-accounts'),
    /** Session variable that holds the account of the person behind an impersonation. */
    impersonatorKey: z.string().min(1).default('impersonated_by'),
    /** Longest time a request may take, seconds. */
    longestRequestSeconds: z.int().min(1).default(60),
    /** Allow blocking accounts with the column users.blocked. Needs UPDATE on it. */
    blockAccounts: z.boolean().default(false),
  })
  .refine(({ users, blockAccounts }) => users.blocked !== null || !blockAccounts, {
    path: ['blockAccounts'],
    message: 'needs users.blocked: the column the application asks whether an account may sign in',
  });
export type LaravelConfig = z.infer<typeof LaravelConfig>;

export const SESSION_COLUMNS = [
  'id',
  'user_id',
  'ip_address',
  'user_agent',
  'payload',
  'last_activity',
] as const;

/** Columns of the users table that are read. */
export function userColumns({ users, roles }: LaravelConfig): readonly string[] {
  const optional = [
    users.email,
    users.password,
    users.createdAt,
    users.blocked,
    typeof roles === 'object' ? roles.column : null,
  ];
  return [users.id, users.name, ...optional.filter((column) => column !== null)];
}

export function laravelGrants(config: LaravelConfig): string {
  const { prefix, users } = config;
  const rotates = config.rememberToken !== 'never' && users.rememberToken !== null;
  const updated = [
    ...(rotates ? [users.rememberToken ?? ''] : []),
    ...(config.blockAccounts && users.blocked !== null ? [users.blocked] : []),
  ];
  const spatie: readonly TableGrant[] =
    config.roles === 'spatie'
      ? [
          { table: `${prefix}roles`, select: ['id', 'name'] },
          { table: `${prefix}model_has_roles`, select: true },
        ]
      : [];
  return grantStatements(config.database, [
    { table: `${prefix}${config.sessionsTable}`, select: true, delete: true },
    {
      table: `${prefix}${users.table}`,
      select: userColumns(config),
      ...(updated.length > 0 ? { update: updated } : {}),
    },
    ...spatie,
  ]);
}

export const LARAVEL_EXAMPLE = `# As in .env, config/database.php and config/session.php (SESSION_DRIVER=database).
database:
  driver: mysql            # mysql, postgres or sqlite
  host: 127.0.0.1
  port: 3306
  database: laravel
  user: watchfloor
  password: \${LARAVEL_DB_PASSWORD}
# prefix: ''
# sessionsTable: sessions
# lifetimeMinutes: 120           # config/session.php: lifetime
# users:
#   table: users
#   name: name
#   email: email
#   blocked: null                # a column that is true for accounts that may not sign in
# roles: none                    # none, spatie, or { column: role }
# rememberToken: with-accounts   # with-accounts, always or never
# longestRequestSeconds: 60
# blockAccounts: false           # with users.blocked; needs UPDATE on that column`;
