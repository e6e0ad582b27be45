import { z } from 'zod';
import { DatabaseConfig } from '../sql/database-config.ts';
import { grantStatements } from '../sql/grants.ts';

export const DrupalConfig = z.strictObject({
  database: DatabaseConfig,
  /** Table prefix, as in settings.php. */
  prefix: z.string().regex(/^\w*$/, 'letters, digits and underscores').default(''),
  /** `gc_maxlifetime` of services.yml, seconds: rows older than this may be collected. */
  gcMaxLifetimeSeconds: z.int().min(1).default(200_000),
  /** `session_write_interval` of settings.php, seconds. */
  writeIntervalSeconds: z.int().min(0).default(180),
  /** Longest time a request may take, seconds: until then it can write an ended session back. */
  longestRequestSeconds: z.int().min(1).default(60),
  /** Allow blocking accounts: needs UPDATE on users_field_data(status). */
  blockAccounts: z.boolean().default(false),
});
export type DrupalConfig = z.infer<typeof DrupalConfig>;

export const ACCOUNT_COLUMNS = [
  'uid',
  'name',
  'mail',
  'pass',
  'status',
  'created',
  'changed',
  'login',
  'default_langcode',
] as const;
export const LOG_COLUMNS = [
  'wid',
  'uid',
  'type',
  'message',
  'variables',
  'severity',
  'link',
  'hostname',
  'timestamp',
] as const;

/** Watchdog's `location` and `referer` can hold one-time login links: they are not even granted. */
export function drupalGrants(config: DrupalConfig): string {
  const { prefix } = config;
  return grantStatements(config.database, [
    { table: `${prefix}sessions`, select: true, delete: true },
    {
      table: `${prefix}users_field_data`,
      select: ACCOUNT_COLUMNS,
      ...(config.blockAccounts ? { update: ['status'] } : {}),
    },
    { table: `${prefix}user__roles`, select: true },
    { table: `${prefix}watchdog`, select: LOG_COLUMNS, comment: 'only with the module dblog' },
    { table: `${prefix}flood`, select: true, comment: 'exists after the first failed login' },
    ...(config.blockAccounts
      ? [
          {
            table: `${prefix}cache_entity`,
            select: ['cid'],
            delete: true,
            comment: 'so that Drupal notices a block',
          },
        ]
      : []),
  ]);
}

export const DRUPAL_EXAMPLE = `# As in sites/default/settings.php.
database:
  driver: mysql            # mysql, postgres or sqlite
  host: 127.0.0.1
  port: 3306
  database: drupal
  user: watchfloor
  password: \${DRUPAL_DB_PASSWORD}
# prefix: ''
# gcMaxLifetimeSeconds: 200000   # services.yml: session.storage.options.gc_maxlifetime
# writeIntervalSeconds: 180      # settings.php: session_write_interval
# longestRequestSeconds: 60
# blockAccounts: false           # needs UPDATE on users_field_data(status)`;
