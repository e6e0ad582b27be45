import type { RedisConfig } from './config.ts';

/** A glob of Redis that matches exactly this text and whatever follows. */
export const startsWith = (prefix: string): string => `${prefix.replaceAll(/[\\*?[\]^-]/g, '\\$&')}*`;

/**
 * Least privilege as an ACL of Redis 6 and later. CONFIG GET is not in it: it would also show the server's passwords.
 */
export function aclStatement(
  { db }: RedisConfig,
  prefix: string,
  keyspaceEvents: 'auto' | 'on' | 'off',
): string {
  const keys = startsWith(prefix);
  const channel = keyspaceEvents === 'off' ? '' : ` '&${keyspaceChannel(db, prefix)}' +psubscribe`;
  return (
    `ACL SETUSER watchfloor on '><password>' resetkeys resetchannels -@all '~${keys}'${channel}` +
    ' +scan +get +getrange +strlen +pttl +pexpiretime +unlink +select +ping +time +info'
  );
}

/** Where Redis tells of changes to the keys of one prefix. */
export const keyspaceChannel = (db: number, prefix: string): string =>
  `__keyspace@${String(db)}__:${startsWith(prefix)}`;
