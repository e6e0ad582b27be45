import { z } from 'zod';
import { DatabaseConfig } from '../sql/database-config.ts';
import { grantStatements } from '../sql/grants.ts';

const Column = z.string().min(1).max(63);
const OptionalColumn = (name: string) => Column.nullable().default(name);

const TimeZone = z.string().refine((zone) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}, 'a time zone such as Europe/Berlin or UTC');

/** The user model's table. Columns that a custom model does not have are null. */
const Users = z.strictObject({
  table: Column.default('auth_user'),
  id: Column.default('id'),
  /** USERNAME_FIELD */
  name: Column.default('username'),
  email: OptionalColumn('email'),
  password: OptionalColumn('password'),
  active: OptionalColumn('is_active'),
  superuser: OptionalColumn('is_superuser'),
  staff: OptionalColumn('is_staff'),
  joined: OptionalColumn('date_joined'),
  lastLogin: OptionalColumn('last_login'),
  /** Table between users and groups, and its column for the user; null where the model has no groups. */
  groupsTable: OptionalColumn('auth_user_groups'),
  groupsUserColumn: Column.default('user_id'),
});

export const DjangoConfig = z.strictObject({
  database: DatabaseConfig,
  /** Table of django.contrib.sessions, or of a custom session model. */
  table: Column.default('django_session'),
  users: Users.default(() => Users.parse({})),
  /** SESSION_COOKIE_AGE, seconds. */
  cookieAgeSeconds: z.int().min(1).default(1_209_600),
  /** SESSION_SAVE_EVERY_REQUEST: then the last save is the last visit, otherwise it is about the login. */
  saveEveryRequest: z.boolean().default(false),
  /** TIME_ZONE, for USE_TZ = False on MariaDB, MySQL and SQLite only; everything else keeps UTC. */
  timeZone: TimeZone.default('UTC'),
  /** Longest time a request may take, seconds: until then it can write an ended session back. */
  longestRequestSeconds: z.int().min(1).default(60),
  /** Allow blocking accounts: needs UPDATE on the user table's is_active. */
  blockAccounts: z.boolean().default(false),
});
export type DjangoConfig = z.infer<typeof DjangoConfig>;

export const SESSION_COLUMNS = ['session_key', 'session_data', 'expire_date'] as const;

/** Columns of the user table that are read. */
export const userColumns = ({ users }: DjangoConfig): readonly string[] =>
  [
    users.id,
    users.name,
    users.email,
    users.password,
    users.active,
    users.superuser,
    users.staff,
    users.joined,
    users.lastLogin,
  ].filter((column) => column !== null);

export function djangoGrants(config: DjangoConfig): string {
  const { users } = config;
  return grantStatements(config.database, [
    { table: config.table, select: SESSION_COLUMNS, delete: true },
    {
      table: users.table,
      select: userColumns(config),
      ...(config.blockAccounts && users.active !== null ? { update: [users.active] } : {}),
    },
    ...(users.groupsTable === null
      ? []
      : [
          { table: users.groupsTable, select: [users.groupsUserColumn, 'group_id'] },
          { table: 'auth_group', select: ['id', 'name'] },
        ]),
  ]);
}

export const DJANGO_EXAMPLE = `# As in settings.DATABASES.
database:
  driver: postgres         # mysql, postgres or sqlite
  host: 127.0.0.1
  port: 5432
  database: app
  user: watchfloor
  password: \${DJANGO_DB_PASSWORD}
# cookieAgeSeconds: 1209600   # SESSION_COOKIE_AGE
# saveEveryRequest: false     # SESSION_SAVE_EVERY_REQUEST
# timeZone: UTC               # TIME_ZONE, only with USE_TZ = False on MariaDB, MySQL or SQLite
# users:                      # a custom user model (AUTH_USER_MODEL)
#   table: accounts_user
#   name: email
#   groupsTable: accounts_user_groups
#   staff: null               # columns the model does not have
# longestRequestSeconds: 60
# blockAccounts: false        # needs UPDATE on auth_user(is_active)`;
