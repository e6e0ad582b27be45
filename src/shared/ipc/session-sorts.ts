/** Orders of the session table. */
export const SESSION_SORTS = [
  'lastSeenAt',
  'openedAt',
  'endedAt',
  'account',
  'environment',
  'status',
  'place',
  'ip',
  'network',
  'device',
  'risk',
  'roles',
  'expiresAt',
  'country',
  'agent',
  'marks',
  'id',
] as const;
export type SessionSort = (typeof SESSION_SORTS)[number];
