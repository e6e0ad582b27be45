import { z } from 'zod';
import { AccountId, ConnectionId, SessionId } from '../domain/ids.ts';
import { LIMITS } from '../protocol/limits.ts';
import { method } from './contract.ts';
import { RISK_METHODS } from './risk-contract.ts';
import { DETECTION_METHODS } from './detections-contract.ts';
import { DESK_METHODS } from './desk-contract.ts';
import { COMPLIANCE_METHODS } from './compliance-contract.ts';
import { LISTING_METHODS } from './listing-contract.ts';
import { JOURNAL_METHODS } from './journal-contract.ts';
import { WATCH_METHODS } from './watch-contract.ts';
import { MIRROR_METHODS } from './mirror-contract.ts';
import { NETWORK_LIST_METHODS } from './network-lists-contract.ts';
import { NOTIFY_METHODS } from './notify-contract.ts';
import { SIGMA_METHODS } from './sigma-contract.ts';
import { PEOPLE_METHODS } from './people-contract.ts';
import { RULES_METHODS } from './rules-contract.ts';
import { RESPOND_METHODS } from './respond-contract.ts';
import { SessionFilter } from './session-filter.ts';
import type {
  AuditRow,
  EngineAbout,
  EnvironmentView,
  Figures,
  SessionsPage,
  SessionDetail,
} from './views.ts';
import { QUERY_METHODS } from './query-contract.ts';
import type { CertificateView } from './desk-views.ts';
import { SESSION_SORTS } from './session-sorts.ts';
import type { Problem } from '../domain/result.ts';
import type { Hello } from '../protocol/handshake.ts';

const name = z.string().trim().min(1).max(LIMITS.id);
const nothing = z.strictObject({});

export { SESSION_SORTS, type SessionSort } from './session-sorts.ts';

export { SessionFilter };

const AuditFilter = z.strictObject({
  connections: z.array(ConnectionId).max(100).optional(),
  action: z.string().max(LIMITS.id).optional(),
  outcome: z.enum(['success', 'failure', 'unknown']).optional(),
  text: z.string().max(256).optional(),
  account: z.strictObject({ connection: ConnectionId, id: AccountId }).optional(),
  since: z.int().min(0).optional(),
  until: z.int().min(0).optional(),
});

/** Name and password are secrets: they are kept where tokens are. Absent: those that are kept for this address. */
const ProxyRequest = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('none') }),
  z.strictObject({ is: z.literal('system') }),
  z.strictObject({
    is: z.literal('manual'),
    url: z.string().min(1).max(2_048),
    credentials: z
      .strictObject({ name: z.string().min(1).max(128), password: z.string().max(128) })
      .nullable()
      .optional(),
  }),
]);
/** SHA-256 in base64. */
const Pin = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'a pin is the SHA-256 of a public key in base64');

const newEnvironment = {
  name: name.optional(),
  url: z.string().min(1).max(2_048),
  token: z.string().min(1).max(1_024),
  ca: z.string().max(65_536).optional(),
  proxy: ProxyRequest.optional(),
  pin: Pin.optional(),
  folder: z.string().trim().max(80).optional(),
};

/** Window (and command line) to engine. */
export const ENGINE_METHODS = {
  ...QUERY_METHODS,
  ...COMPLIANCE_METHODS,
  ...DESK_METHODS,
  ...LISTING_METHODS,
  ...JOURNAL_METHODS,
  ...RESPOND_METHODS,
  about: method<EngineAbout>()(() => nothing),
  'environments.list': method<readonly EnvironmentView[]>()(() => nothing),
  'environments.add': method<EnvironmentView>()(() =>
    z.strictObject({ ...newEnvironment, colour: z.int().min(0).max(31).optional() }),
  ),
  'environments.update': method<EnvironmentView>()(() =>
    z.strictObject({
      connection: ConnectionId,
      name: name.optional(),
      url: z.string().min(1).max(2_048).optional(),
      token: z.string().min(1).max(1_024).optional(),
      ca: z.string().max(65_536).nullable().optional(),
      proxy: ProxyRequest.optional(),
      pin: Pin.nullable().optional(),
      folder: z.string().trim().max(80).optional(),
      colour: z.int().min(0).max(31).optional(),
      enabled: z.boolean().optional(),
    }),
  ),
  /** Removes the connection; `forget` also deletes what was mirrored from it. */
  'environments.remove': method<{ readonly removed: true }>()(() =>
    z.strictObject({ connection: ConnectionId, forget: z.boolean() }),
  ),
  'environments.retry': method<EnvironmentView>()(() => z.strictObject({ connection: ConnectionId })),
  /** Connects once, reads hello, disconnects. Changes nothing. */
  'environments.test': method<
    | {
        readonly ok: true;
        readonly hello: Hello;
        readonly ms: number;
        /** What the agent showed; null without TLS. */
        readonly certificate: CertificateView | null;
      }
    | { readonly ok: false; readonly problem: Problem }
  >()(() =>
    z.strictObject({
      ...newEnvironment,
      token: newEnvironment.token.optional(),
      connection: ConnectionId.optional(),
    }),
  ),
  'sessions.page': method<SessionsPage>()(() =>
    z.strictObject({
      filter: SessionFilter,
      sort: z.strictObject({ by: z.enum(SESSION_SORTS), descending: z.boolean() }),
      /** Where a page of the same filter and sort ended; `offset` counts from there. */
      cursor: z.string().max(2_048).nullable().default(null),
      offset: z.int().min(0).max(10_000_000).default(0),
      limit: z.int().min(1).max(1_000),
    }),
  ),
  'sessions.get': method<SessionDetail | null>()(() =>
    z.strictObject({ connection: ConnectionId, id: SessionId }),
  ),
  /** As of now, or as of an instant in the past. */
  figures: method<Figures>()(() =>
    z.strictObject({
      connections: z.array(ConnectionId).max(100).optional(),
      at: z.int().min(0).max(8.64e15).optional(),
    }),
  ),
  'audit.page': method<{ readonly rows: readonly AuditRow[]; readonly next: string | null }>()(() =>
    z.strictObject({
      filter: AuditFilter,
      cursor: z.string().max(1_024).nullable(),
      limit: z.int().min(1).max(1_000),
    }),
  ),
  ...NETWORK_LIST_METHODS,
  ...NOTIFY_METHODS,
  ...SIGMA_METHODS,
  ...PEOPLE_METHODS,
  ...MIRROR_METHODS,
  ...DETECTION_METHODS,
  ...RISK_METHODS,
  ...WATCH_METHODS,
  ...RULES_METHODS,
} as const;
export type EngineContract = typeof ENGINE_METHODS;
