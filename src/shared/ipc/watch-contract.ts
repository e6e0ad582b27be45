import { z } from 'zod';
import { AccountId, ConnectionId } from '../domain/ids.ts';
import { method } from './contract.ts';
import { SessionFilter } from './session-filter.ts';
import type { MapChanges, Timeline, TravelStop } from './watch-views.ts';

const instant = z.int().min(0).max(8.64e15);
const connections = z.array(ConnectionId).max(100).optional();

/** What the Watch view asks. */
export const WATCH_METHODS = {
  /** Sessions on the map: what changed since a revision, or everything where that cannot be told (null, an instant). */
  'map.changes': method<MapChanges>()(() =>
    z.strictObject({ filter: SessionFilter, since: z.int().min(0).nullable() }),
  ),
  /** Where an account was between two instants. */
  'map.travel': method<readonly TravelStop[]>()(() =>
    z.strictObject({ connection: ConnectionId, account: AccountId, from: instant, to: instant }),
  ),
  timeline: method<Timeline>()(() =>
    z.strictObject({
      connections,
      from: instant,
      stepMs: z.int().min(60_000),
      steps: z.int().min(1).max(2_000),
    }),
  ),
} as const;
