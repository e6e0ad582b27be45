import { z } from 'zod';
import { MOST_QUERY_LENGTH } from '../query/parse.ts';
import { GROUPINGS } from './session-groupings.ts';
import { AccountId, ConnectionId, SessionId } from '../domain/ids.ts';

export const SessionFilter = z.strictObject({
  connections: z.array(ConnectionId).max(100).optional(),
  state: z.enum(['live', 'ended', 'all']).default('live'),
  /** Substring of account name, address, city, country, network, browser or system. */
  text: z.string().max(256).optional(),
  /** In the search language (docs/query.md), and the zone in which its dates are read. */
  search: z.string().max(MOST_QUERY_LENGTH).optional(),
  zone: z.enum(['utc', 'local']).optional(),
  account: z.strictObject({ connection: ConnectionId, id: AccountId }).optional(),
  ids: z
    .array(z.strictObject({ connection: ConnectionId, id: SessionId }))
    .max(5_000)
    .optional(),
  /** Degrees; west > east means that the box crosses the antimeridian. */
  box: z
    .strictObject({ south: z.number(), west: z.number(), north: z.number(), east: z.number() })
    .optional(),
  /** Places by `placeCell`. */
  places: z.array(z.int().min(0)).max(20_000).optional(),
  /** Only sessions that were open at this instant, whatever became of them since; `state` then says nothing. */
  at: z.int().min(0).max(8.64e15).optional(),
  /** With `at`: open at some moment from this one on. */
  since: z.int().min(0).max(8.64e15).optional(),
  /** Only one group of the list, as `sessions.groups` named it; null: what it is grouped by is not known of it. */
  group: z.strictObject({ by: z.enum(GROUPINGS), key: z.string().max(1_024).nullable() }).optional(),
});
export type SessionFilter = z.input<typeof SessionFilter>;
