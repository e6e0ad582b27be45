import { ConnectionId } from '#shared/domain/ids.ts';
import { AccountId, SessionId } from '#shared/domain/ids.ts';
import type { Problem } from '#shared/domain/result.ts';
import { epochMs, MINUTE } from '#shared/domain/units.ts';
import type { ConnectionState, EnvironmentView, SessionRow } from '#shared/ipc/views.ts';
import { fakeHello } from '../support/fake-agent/fake-records.ts';
import { sessionRow } from '../support/session-row.ts';

/** When it is in the gallery, so that pictures of it stay the same. */
export const NOW = epochMs(Date.UTC(2026, 2, 17, 9, 41, 30));

const environment = (
  name: string,
  tier: string,
  colour: number,
  state: ConnectionState,
  asOf: number | null,
): EnvironmentView => ({
  connection: ConnectionId.parse(name),
  name,
  url: `https://${name}.example:8443`,
  colour,
  demo: false,
  enabled: true,
  hasCa: false,
  pin: null,
  certificate: null,
  proxy: { is: 'none', credentials: false },
  folder: '',
  secret: 'keychain',
  state,
  hello: fakeHello({ environment: { id: name, name, tier } }),
  status: null,
  skewMs: 0,
  asOf: asOf === null ? null : epochMs(asOf),
  liveSessions: asOf === null ? 0 : 120,
  setAside: 0,
  history: { is: 'done', events: 1_000 },
});

export const ENVIRONMENTS: readonly EnvironmentView[] = [
  environment('shop', 'production', 0, { is: 'live', since: NOW }, NOW),
  environment('intranet', 'staging', 1, { is: 'live', since: NOW }, NOW),
  environment(
    'blog',
    'development',
    2,
    {
      is: 'waiting',
      retryAt: epochMs(NOW + MINUTE),
      attempt: 3,
      problem: { code: 'X', message: 'No route' },
    },
    NOW - 12 * MINUTE,
  ),
  environment('wiki', 'staging', 3, { is: 'connecting', attempt: 2 }, null),
  environment('desk', 'staging', 4, { is: 'connecting', attempt: 1 }, null),
];
export const [SHOP, INTRANET, BLOG, WIKI, DESK] = ENVIRONMENTS.map(({ connection }) => connection) as [
  ConnectionId,
  ConnectionId,
  ConnectionId,
  ConnectionId,
  ConnectionId,
];

export const PROBLEM: Problem = {
  code: 'UNREACHABLE',
  message: 'The agent at shop.example:8443 does not answer.',
  advice: 'What was mirrored is kept. Look whether the agent runs and whether a firewall lies between.',
};

/** A session with everything known, and what is named laid over it. */
export const session = (over: Partial<SessionRow> = {}): SessionRow =>
  sessionRow({
    connection: SHOP,
    id: SessionId.parse('s1'),
    account: { id: AccountId.parse('7'), name: 'Amara Okafor' },
    roles: ['editor'],
    openedAt: epochMs(NOW - 90 * MINUTE),
    lastSeenAt: epochMs(NOW - MINUTE),
    ip: '203.0.113.77',
    ipOf: 'last',
    risk: 42,
    ...over,
  });
