import { z } from 'zod';
import type { EpochMs } from '../domain/units.ts';
import { ConnectionId } from '../domain/ids.ts';
import { method } from './contract.ts';
import { SessionFilter } from './session-filter.ts';
import { GROUPINGS, MOST_GROUPS } from './session-groupings.ts';
import type { OutageHistory, PostureView } from './desk-views.ts';
import type { SessionRow } from './views.ts';

/** Sessions that share a person, an address, a network, a country, a kind of device or an environment. */
export interface SessionGroup {
  /** Names the group in a filter; null: what is grouped by is not known of these sessions. */
  readonly key: string | null;
  readonly sessions: number;
  /** Different people among them; sessions without an account count as none. */
  readonly people: number;
  readonly lastSeenAt: EpochMs | null;
  /** The session seen last: its facts name the group. */
  readonly sample: SessionRow;
}
export interface SessionGroups {
  /** Most sessions first. */
  readonly groups: readonly SessionGroup[];
  /** Groups in all, of which these are the largest. */
  readonly total: number;
  /** Sessions in all groups together. */
  readonly sessions: number;
  readonly asOf: EpochMs;
}

/** When the sessions of a list began. */
export interface SessionsBegan {
  /** Null: of none of them is it known. */
  readonly first: EpochMs | null;
  readonly last: EpochMs | null;
  /** How many of them have no known beginning. */
  readonly unknown: number;
}

/** What the window asks to arrange what it shows. */
export const DESK_METHODS = {
  /** Counted over everything that the filter finds. */
  'sessions.groups': method<SessionGroups>()(() =>
    z.strictObject({
      filter: SessionFilter,
      by: z.enum(GROUPINGS),
      limit: z.int().min(1).max(MOST_GROUPS),
    }),
  ),
  /** Over everything that the filter finds: the ends of the axis that its bars stand on. */
  'sessions.began': method<SessionsBegan>()(() => z.strictObject({ filter: SessionFilter })),
  /** What the agent says of its store's settings, asked now. */
  'environments.posture': method<PostureView>()(() => z.strictObject({ connection: ConnectionId })),
  /** When the agent or its store could not be seen. */
  'environments.outages': method<OutageHistory>()(() =>
    z.strictObject({ connection: ConnectionId, limit: z.int().min(1).max(1_000).default(200) }),
  ),
} as const;
