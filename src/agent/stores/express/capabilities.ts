import type { Capability } from '#shared/protocol/handshake.ts';
import type { ExpressConfig } from './config.ts';

/** What can be known depends on what the application puts into its sessions. */
export function expressCapabilities({ mapping, touch }: ExpressConfig): readonly Capability[] {
  const when = (condition: boolean, capability: Capability): readonly Capability[] =>
    condition ? [capability] : [];
  return [
    'session.expiresAt',
    'revoke.session',
    'revoke.account',
    'revoke.all',
    'posture',
    ...when(touch, 'session.lastSeenAt'),
    ...when(mapping.openedAt.length > 0, 'session.openedAt'),
    ...when(mapping.address.length > 0, 'session.ip.opened'),
    ...when(mapping.lastAddress.length > 0, 'session.ip.last'),
    ...when(mapping.userAgent.length > 0, 'session.userAgent.opened'),
    ...when(mapping.lastUserAgent.length > 0, 'session.userAgent.last'),
    ...when(mapping.roles.length > 0, 'account.roles'),
  ];
}
