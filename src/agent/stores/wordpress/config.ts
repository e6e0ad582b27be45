import { z } from 'zod';
import { cacheConfig } from '../redis/cache-entries.ts';
import { MysqlConfig } from '../sql/database-config.ts';
import { grantStatements } from '../sql/grants.ts';

export const USER_PLACEHOLDER = '{userId}';

export const WordpressConfig = z
  .strictObject({
    database: MysqlConfig,
    /** `$table_prefix` of wp-config.php. */
    prefix: z.string().regex(/^\w+$/, 'letters, digits and underscores').default('wp_'),
    /** A network of sites (MULTISITE in wp-config.php): accounts can be marked as spam, and there are super admins. */
    multisite: z.boolean().default(false),
    /**
     * A persistent object cache keeps serving tokens that were taken out of the database. `none` says that there is
     * none; otherwise the Redis it lives in and the name of an account's entry there, such as `wp:user_meta:{userId}`.
     */
    objectCache: z.union([z.literal('none'), cacheConfig(USER_PLACEHOLDER)]).optional(),
    /** Longest time a request may take, seconds. */
    longestRequestSeconds: z.int().min(1).default(60),
    /** Allow blocking accounts, as spam; only in a network. Needs UPDATE on users(spam). */
    blockAccounts: z.boolean().default(false),
  })
  .refine(({ multisite, blockAccounts }) => multisite || !blockAccounts, {
    path: ['blockAccounts'],
    message: 'needs multisite: true; a single WordPress site cannot block an account',
  });
export type WordpressConfig = z.infer<typeof WordpressConfig>;

export const USER_COLUMNS = ['ID', 'user_login', 'user_pass', 'user_email', 'user_registered'] as const;
export const NETWORK_USER_COLUMNS = ['spam', 'deleted'] as const;
export const META_COLUMNS = ['umeta_id', 'user_id', 'meta_key', 'meta_value'] as const;

export function wordpressGrants(config: WordpressConfig): string {
  const { prefix, multisite, blockAccounts } = config;
  return grantStatements(config.database, [
    { table: `${prefix}usermeta`, select: true, update: ['meta_value'], delete: true },
    {
      table: `${prefix}users`,
      select: multisite ? [...USER_COLUMNS, ...NETWORK_USER_COLUMNS] : USER_COLUMNS,
      ...(blockAccounts ? { update: ['spam'] } : {}),
    },
    ...(multisite
      ? [{ table: `${prefix}sitemeta`, select: ['meta_key', 'meta_value'], comment: 'super admins' }]
      : []),
  ]);
}

export const WORDPRESS_EXAMPLE = `# As in wp-config.php.
database:
  driver: mysql
  host: 127.0.0.1
  port: 3306
  database: wordpress
  user: watchfloor
  password: \${WORDPRESS_DB_PASSWORD}
# prefix: wp_
# multisite: false
# If wp-content/object-cache.php exists: { redis: 'redis://127.0.0.1:6379/0', key: 'wp:user_meta:{userId}' }
# objectCache: none
# longestRequestSeconds: 60
# blockAccounts: false     # in a network: block as spam; needs UPDATE on users(spam)`;
