import { z } from 'zod';
import { cacheConfig } from '../redis/cache-entries.ts';
import { DatabaseConfig } from '../sql/database-config.ts';
import { grantStatements } from '../sql/grants.ts';
import { isTimeZone } from '../sql/zoned-time.ts';

const Name = z.string().min(1).max(128);
export const KEY_PLACEHOLDER = '{key}';

export const DjangoConfig = z
  .strictObject({
    database: DatabaseConfig,
    sessionsTable: Name.default('django_session'),
    /** The table of AUTH_USER_MODEL; null for columns that it does not have. */
    users: z
      .strictObject({
        table: Name.default('auth_user'),
        id: Name.default('id'),
        name: Name.default('username'),
        email: Name.nullable().default('email'),
        password: Name.nullable().default('password'),
        active: Name.nullable().default('is_active'),
        staff: Name.nullable().default('is_staff'),
        superuser: Name.nullable().default('is_superuser'),
        joined: Name.nullable().default('date_joined'),
        lastLogin: Name.nullable().default('last_login'),
      })
      .prefault({}),
    /** Tables of the groups, which are taken for roles; null when the user model has none. */
    groups: z
      .strictObject({
        table: Name.default('auth_group'),
        members: Name.default('auth_user_groups'),
        user: Name.default('user_id'),
      })
      .nullable()
      .prefault({}),
    /**
     * What the time of the last save means in this application: `last-visit` with SESSION_SAVE_EVERY_REQUEST, `sign-in`
     * if nothing but signing in changes a session. Django itself does not say.
     */
    saveTimeMeans: z.enum(['unknown', 'sign-in', 'last-visit']).default('unknown'),
    /** TIME_ZONE, where USE_TZ is off; with USE_TZ times are UTC. */
    timeZone: z.string().refine(isTimeZone, 'a time zone such as Europe/Berlin').default('UTC'),
    /** With SESSION_ENGINE cached_db: the cache goes on serving a session whose row is gone. */
    cachedDb: cacheConfig(KEY_PLACEHOLDER).optional(),
    /** Longest time a request may take, seconds. */
    longestRequestSeconds: z.int().min(1).default(60),
    /** Allow blocking accounts (is_active). Needs UPDATE on that column. */
    blockAccounts: z.boolean().default(false),
  })
  .refine(({ users, blockAccounts }) => users.active !== null || !blockAccounts, {
    path: ['blockAccounts'],
    message: 'needs users.active: the column that Django asks whether an account may sign in',
  });
export type DjangoConfig = z.infer<typeof DjangoConfig>;

export const SESSION_COLUMNS = ['session_key', 'session_data', 'expire_date'] as const;

export function userColumns({ users }: DjangoConfig): readonly string[] {
  const { email, password, active, staff, superuser, joined, lastLogin } = users;
  const optional = [email, password, active, staff, superuser, joined, lastLogin];
  return [users.id, users.name, ...optional.filter((column) => column !== null)];
}

export function djangoGrants(config: DjangoConfig): string {
  return grantStatements(config.database, [
    { table: config.sessionsTable, select: true, delete: true },
    {
      table: config.users.table,
      select: userColumns(config),
      ...(config.blockAccounts && config.users.active !== null ? { update: [config.users.active] } : {}),
    },
    ...(config.groups === null
      ? []
      : [
          { table: config.groups.table, select: true as const },
          { table: config.groups.members, select: true as const },
        ]),
  ]);
}

export const DJANGO_EXAMPLE = `# As in settings.py (SESSION_ENGINE db or cached_db).
database:
  driver: postgres         # mysql, postgres or sqlite
  host: 127.0.0.1
  port: 5432
  database: django
  user: watchfloor
  password: \${DJANGO_DB_PASSWORD}
# sessionsTable: django_session
# users:
#   table: auth_user             # the table of AUTH_USER_MODEL
#   name: username
# groups:                        # null if the user model has no groups
#   table: auth_group
#   members: auth_user_groups
# saveTimeMeans: unknown         # last-visit with SESSION_SAVE_EVERY_REQUEST; sign-in if nothing else writes
# timeZone: UTC                  # TIME_ZONE, only where USE_TZ is off
# cachedDb:                      # only with SESSION_ENGINE cached_db
#   redis: redis://127.0.0.1:6379/1
#   key: ':1:django.contrib.sessions.cached_db{key}'
# longestRequestSeconds: 60
# blockAccounts: false     # block with is_active; needs UPDATE on that column`;
