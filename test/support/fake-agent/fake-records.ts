import { Epoch, seq } from '#shared/domain/ids.ts';
import { DEFAULT_HELLO_LIMITS } from '#shared/protocol/limits.ts';
import type { ChangesToWrite } from '#engine/ingest/ingest.ts';
import type { Change } from '#shared/protocol/changes.ts';
import type { Account, AuditEvent, Session } from '#shared/protocol/records.ts';
import { CAPABILITIES, SCOPES, type Hello } from '#shared/protocol/handshake.ts';

export interface HelloOver {
  readonly log?: Partial<{ epoch: string; tail: number; head: number }>;
  readonly scopes?: readonly string[];
  readonly accounts?: readonly string[];
  readonly environment?: Partial<{ id: string; name: string; tier: string; protected: boolean }>;
  readonly limits?: Partial<Record<keyof typeof DEFAULT_HELLO_LIMITS, number>>;
  readonly capabilities?: readonly string[];
}

/** A correct greeting; the parts named are laid over it. */
export const fakeHello = (over: HelloOver = {}): Hello =>
  ({
    protocol: '1',
    agent: { id: 'fake', version: '1', startedAt: 1 },
    environment: { id: 'fake', name: 'Fake', tier: 'other', protected: false, ...over.environment },
    store: {
      kind: 'fake',
      capabilities: over.capabilities ?? CAPABILITIES.filter((one) => one !== 'sessions.clientSide'),
      writeIntervalMs: 0,
      longestRequestMs: 0,
    },
    operator: {
      id: 'op',
      name: 'Op Erator',
      scopes: over.scopes ?? SCOPES.filter((one) => one !== 'sessions:own'),
      accounts: over.accounts ?? [],
    },
    log: { epoch: 'e1', tail: 1, head: 0, ...over.log },
    limits: { ...DEFAULT_HELLO_LIMITS, ...over.limits },
    now: Date.now(),
  }) as unknown as Hello;

export const fakeSession = (id: string, over: Partial<Record<keyof Session, unknown>> = {}): Session =>
  ({
    id,
    account: { id: `account-${id}`, name: `name ${id}` },
    opened: { at: 1_000, ip: '8.8.8.8', userAgent: null },
    last: { at: 2_000, ip: '8.8.8.8', userAgent: null },
    expiresAt: null,
    marks: [],
    ...over,
  }) as unknown as Session;

export const fakeAccount = (id: string, over: Partial<Record<keyof Account, unknown>> = {}): Account =>
  ({
    id,
    name: `name ${id}`,
    roles: [],
    status: 'active',
    privileged: false,
    service: false,
    ...over,
  }) as unknown as Account;

export const fakeEvent = (id: string, over: Partial<Record<keyof AuditEvent, unknown>> = {}): AuditEvent =>
  ({
    id,
    at: 1_000,
    recordedAt: over.at ?? 1_000,
    action: 'login',
    outcome: 'success',
    account: { id: 'a', name: 'a' },
    ...over,
  }) as unknown as AuditEvent;

export const opened = (position: number, session: Session): Change =>
  ({ seq: position, at: 3_000, kind: 'session.opened', session }) as unknown as Change;
export const updated = (position: number, session: Session): Change =>
  ({ seq: position, at: 3_500, kind: 'session.updated', session }) as unknown as Change;
export const closed = (position: number, id: string, reason = 'logout', at = 4_000): Change =>
  ({ seq: position, at, kind: 'session.closed', id, reason }) as unknown as Change;
export const audited = (position: number, event: AuditEvent): Change =>
  ({ seq: position, at: 3_000, kind: 'audit', event }) as unknown as Change;

/** Changes as they come to be written, those from a place in the agent's log on. */
export const changesToWrite = (
  items: ChangesToWrite['items'],
  from = 1,
  over: Partial<ChangesToWrite> = {},
): ChangesToWrite => ({
  epoch: Epoch.parse('e1'),
  from: seq(from),
  to: seq(from + items.length - 1),
  after: seq(0),
  items,
  view: 'v',
  ...over,
});
