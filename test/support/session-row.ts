import { ConnectionId, SessionId } from '#shared/domain/ids.ts';
import type { SessionRow } from '#shared/ipc/views.ts';

/** A session in use of which nothing more is known, and what is named laid over it. */
export const sessionRow = (over: Partial<SessionRow> = {}): SessionRow => ({
  connection: ConnectionId.parse('c'),
  id: SessionId.parse('s'),
  account: null,
  roles: [],
  privileged: false,
  service: false,
  own: false,
  status: 'active',
  cause: null,
  openedAt: null,
  lastSeenAt: null,
  endedAt: null,
  expiresAt: null,
  ip: null,
  ipOf: null,
  userAgent: null,
  place: null,
  network: null,
  device: null,
  marks: [],
  via: null,
  risk: null,
  ...over,
});
