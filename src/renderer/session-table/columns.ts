import type { SessionSort } from '#shared/ipc/engine-contract.ts';
import type { Tracks } from './column-layout.ts';

/** What the engine sorts by for each column. */
export const SORT_OF: Readonly<Record<string, SessionSort>> = {
  environment: 'environment',
  person: 'account',
  roles: 'roles',
  status: 'status',
  lastSeen: 'lastSeenAt',
  signedIn: 'openedAt',
  place: 'place',
  address: 'ip',
  network: 'network',
  device: 'device',
  ended: 'endedAt',
  risk: 'risk',
  expires: 'expiresAt',
  country: 'country',
  agent: 'agent',
  session: 'id',
  marks: 'marks',
};

/** Least width in rem, and how much of the spare width a column takes. */
export const TRACKS: Tracks = {
  select: [2.25, 0],
  environment: [7.75, 0.25],
  person: [6, 1.5],
  roles: [4.5, 1.2],
  status: [4.75, 0.75],
  risk: [2.75, 0.25],
  lastSeen: [5.25, 0.4],
  signedIn: [7.25, 0.4],
  place: [4.75, 1.8],
  // An IPv4 address is never cut: its end is what tells it from its neighbours.
  address: [7.6, 1.6],
  network: [4.75, 2.1],
  device: [5, 2.2],
  // The longest mark that is usual, `remember-me`, is never cut.
  marks: [6.5, 1.9],
  ended: [7.25, 0.5],
  expires: [7.25, 0.5],
  country: [5, 0.5],
  agent: [10, 3],
  session: [8, 1],
};

export const COLUMN_ORDER: readonly string[] = Object.keys(TRACKS);
/** Shown until a person chooses otherwise. */
export const USUAL_COLUMNS: readonly string[] = COLUMN_ORDER.filter(
  (id) => !['select', 'ended', 'expires', 'country', 'agent', 'session'].includes(id),
);

/** What each column is called. */
export const COLUMN_NAMES: Readonly<Record<string, string>> = {
  environment: 'Environment',
  person: 'Person',
  roles: 'Roles',
  status: 'Status',
  risk: 'Risk',
  lastSeen: 'Last seen',
  signedIn: 'Signed in',
  place: 'Place',
  address: 'Address',
  network: 'Network',
  device: 'Browser · system',
  ended: 'Ended',
  expires: 'Expires',
  country: 'Country',
  agent: 'User agent',
  session: 'Session',
  marks: 'Marks',
};
