import { expect } from 'vitest';
import { sessionStatus } from '#shared/domain/status.ts';
import { DAY, epochMs, HOUR } from '#shared/domain/units.ts';
import type { Change } from '#shared/protocol/changes.ts';
import { fakeAccount, fakeEvent, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { transaction } from '#engine/mirror/database.ts';
import { sealStep } from '#engine/mirror/seal.ts';
import { ingestWorld, type IngestWorld } from '../ingest/world.ts';
import type { NaiveRow } from './naive.ts';

export const NOW = Date.UTC(2026, 2, 15, 12);

const PLACES: Readonly<Record<string, readonly [string, string, number, string]>> = {
  '8.8.8.8': ['Google LLC', 'hosting', 15_169, 'California'],
  '8.8.4.4': ['Google LLC', 'hosting', 15_169, 'California'],
  '91.1.2.3': ['Deutsche Telekom AG', 'residential', 3_320, 'Land Berlin'],
  '91.200.0.7': ['Tor_exit 100%', 'tor', 200_000, 'Land Berlin'],
};
const IPS = [
  ...Object.keys(PLACES),
  '10.0.0.1',
  '10.200.3.4',
  '2001:db8::1',
  '2001:db8:1::2',
  'not-an-address',
  null,
];
const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'curl/8.4.0',
  null,
];
const ACCOUNTS = [
  {
    id: '1',
    name: 'alice',
    roles: ['editor', 'administrator'],
    privileged: true,
    email: 'alice@example.com',
  },
  { id: '2', name: 'Alina', roles: ['editor'], email: 'alina@example.org' },
  { id: '3', name: 'b%b_x', roles: [], service: true },
  { id: '4', name: 'Ström', roles: ['subscriber'] },
  { id: '5', name: 'administrator2', roles: ['service'] },
] as const;
const MARKS = [[], ['remember-me'], ['mfa', 'sso'], ['anonymous']] as const;
const CAUSES = ['logout', 'expired', 'revoked', 'unknown'] as const;
const MESSAGES = [
  'Login attempt failed for alice from 8.8.8.8.',
  'Access denied: /wp-login.php',
  'Session opened for Alina',
  'édition de la page d’accueil',
  undefined,
];

export interface RandomWorld {
  readonly world: IngestWorld;
  readonly sessions: readonly (NaiveRow & {
    readonly id: string;
    readonly from: number | null;
    readonly to: number | null;
  })[];
  readonly events: readonly (NaiveRow & { readonly id: string })[];
}

/** Sessions and events of a mirror, written through ingest, and beside them what they are. */
export async function randomWorld(
  seed: number,
  sizes: { readonly sessions: number; readonly events: number },
): Promise<RandomWorld> {
  let state = seed;
  const random = (): number => {
    // Numerical Recipes' linear congruential generator.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const world = ingestWorld({ keep: true, leastRows: 30 });
  const changes: unknown[] = ACCOUNTS.map((one) => ({
    at: 1,
    kind: 'account.upserted',
    account: fakeAccount(one.id, one),
  }));
  const drafts = Array.from({ length: sizes.sessions }, (_, index) => {
    const account = random() < 0.1 ? null : pick(ACCOUNTS);
    const openedAt = random() < 0.05 ? null : NOW - Math.floor(random() * 10 * DAY);
    const seen =
      random() < 0.05 ? null : Math.min(NOW, (openedAt ?? NOW - DAY) + Math.floor(random() ** 3 * 2 * DAY));
    const first = { ip: pick(IPS), userAgent: pick(AGENTS) };
    const last = random() < 0.7 ? first : { ip: pick(IPS), userAgent: first.userAgent };
    const marks = pick(MARKS);
    const via = random() < 0.1 ? pick(ACCOUNTS) : null;
    const ended =
      random() < 0.6 ? Math.max(seen ?? 0, openedAt ?? 0, NOW - 9 * DAY) + Math.floor(random() * HOUR) : null;
    const cause = ended === null ? null : pick(CAUSES);
    const expiresAt = random() < 0.5 ? null : NOW + Math.floor(random() * DAY);
    return {
      id: `session-${String(index)}`,
      account,
      openedAt,
      seen,
      first,
      last,
      marks,
      via,
      ended,
      cause,
      expiresAt,
    };
  });
  for (const one of drafts) {
    const ref = (who: (typeof ACCOUNTS)[number]) => ({ id: who.id, name: who.name });
    changes.push({
      at: one.openedAt ?? one.seen ?? NOW - DAY,
      kind: 'session.opened',
      session: fakeSession(one.id, {
        account: one.account === null ? null : ref(one.account),
        opened: { at: one.openedAt, ...one.first },
        last: { at: one.seen, ...one.last },
        marks: one.marks,
        expiresAt: one.expiresAt,
        ...(one.via === null ? {} : { via: { account: ref(one.via) } }),
      }),
    });
    if (one.ended !== null)
      changes.push({ at: one.ended, kind: 'session.closed', id: one.id, reason: one.cause });
  }
  const logged = Array.from({ length: sizes.events }, (_, index) => {
    const who = random() < 0.1 ? null : random() < 0.2 ? { name: 'nobody' } : pick(ACCOUNTS);
    return {
      id: `event-${String(index)}`,
      at: NOW - Math.floor(random() * 40) * 6 * HOUR,
      action: pick(['login', 'logout', 'password-changed', 'other']),
      outcome: pick(['success', 'failure', 'unknown'] as const),
      reason: random() < 0.3 ? pick(['bad-password', 'blocked']) : undefined,
      who,
      ip: pick(IPS),
      userAgent: pick(AGENTS),
      session: random() < 0.3 ? pick(drafts).id : null,
      actor: random() < 0.1 ? 'root' : undefined,
      object:
        random() < 0.2 ? { kind: 'node', id: '7', name: pick(['Price list', 'Alina’s page']) } : undefined,
      message: pick(MESSAGES),
    };
  });
  for (const one of logged) {
    changes.push({
      at: one.at,
      kind: 'audit',
      event: fakeEvent(one.id, {
        at: one.at,
        recordedAt: one.at,
        action: one.action,
        outcome: one.outcome,
        reason: one.reason,
        account:
          one.who === null ? null : { ...('id' in one.who ? { id: one.who.id } : {}), name: one.who.name },
        ip: one.ip ?? undefined,
        userAgent: one.userAgent ?? undefined,
        sessionId: one.session ?? undefined,
        actor: one.actor === undefined ? undefined : { name: one.actor },
        object: one.object,
        message: one.message,
      }),
    });
  }
  const items = changes.map((change, index) => ({
    seq: index + 1,
    ...(change as object),
  })) as unknown as Change[];
  await world.write(items);
  expect(world.rows('SELECT problem FROM set_aside')).toEqual([]);
  // Some segments are whole, the last ones are not: searches must mean the same in both.
  for (let step = 0; step < 17; step += 1) transaction(world.db, () => sealStep(world.db));
  const network = world.db.prepare(
    'UPDATE address SET organisation = ?, kind = ?, asn = ?, region = ? WHERE ip = ?',
  );
  for (const [ip, facts] of Object.entries(PLACES)) network.run(...facts, ip);

  const risks = new Map(
    drafts.filter((_, index) => index % 3 > 0).map(({ id }, index) => [id, (index * 7) % 101] as const),
  );
  const score = world.db.prepare(
    'INSERT INTO session_risk (session, risk) SELECT key, ? FROM handle WHERE id = ?',
  );
  for (const [id, risk] of risks) score.run(risk, id);

  const address = dictionary(world, 'address', 'ip');
  const device = dictionary(world, 'device', 'user_agent');
  const known = (who: (typeof ACCOUNTS)[number] | null) => ({
    account: [who?.id ?? null],
    email: [who === null || !('email' in who) ? null : who.email],
    role: who === null || who.roles.length === 0 ? [null] : [...who.roles],
  });
  const seenWith = (ips: readonly (string | null)[], agents: readonly (string | null)[]) => ({
    ip: ips,
    country: ips.map((ip) => address(ip, 'country')),
    region: ips.map((ip) => address(ip, 'region')),
    city: ips.map((ip) => address(ip, 'city')),
    network: ips.map((ip) => address(ip, 'organisation')),
    asn: ips.map((ip) => address(ip, 'asn')),
    kind: ips.map((ip) => address(ip, 'kind')),
    browser: agents.map((agent) => device(agent, 'browser')),
    os: agents.map((agent) => device(agent, 'system')),
    device: agents.map((agent) => device(agent, 'class')),
    agent: agents,
  });
  const texts = (
    fields: Partial<Record<string, readonly (string | number | null)[]>>,
    names: readonly string[],
  ) => names.flatMap((name) => fields[name] ?? []).map((value) => (value === null ? null : String(value)));
  const NAMES = ['ip', 'region', 'city', 'network', 'browser', 'os', 'agent'];

  return {
    world,
    sessions: drafts.map((one) => {
      // What is shown stands first: `none` and `any` are about it.
      const ips = [...new Set([one.last.ip ?? one.first.ip, one.first.ip, one.last.ip])];
      const agents = [...new Set([one.last.userAgent ?? one.first.userAgent, one.first.userAgent])];
      const status = sessionStatus(
        {
          endedAt: one.ended === null ? null : epochMs(one.ended),
          lastSeenAt: one.seen === null ? null : epochMs(one.seen),
        },
        null,
        epochMs(NOW),
      );
      const ended = one.ended === null ? null : Math.max(one.ended, one.openedAt ?? 0);
      const flags = [
        ...(one.account !== null && 'privileged' in one.account ? ['privileged'] : []),
        ...(one.account !== null && 'service' in one.account ? ['service'] : []),
      ];
      const marks = [...one.marks, ...flags];
      const fields = {
        user: [one.account?.name ?? null],
        ...known(one.account),
        via: [one.via?.name ?? null],
        env: ['one', world.who.id],
        ...seenWith(ips, agents),
        state: [status, one.ended === null ? 'live' : 'ended'],
        cause: [one.cause],
        opened: [one.openedAt],
        last: [one.seen],
        ended: [ended],
        expires: [one.expiresAt],
        duration: [one.openedAt === null ? null : (ended ?? NOW) - one.openedAt],
        marks: marks.length === 0 ? [null] : marks,
        risk: [risks.get(one.id) ?? null],
        id: [one.id],
      };
      return {
        id: one.id,
        from: one.openedAt ?? one.seen ?? NOW - DAY,
        to: ended,
        fields,
        texts: [...texts(fields, ['user', 'email', 'via', ...NAMES]), viaEmail(one.via)],
        message: null,
        whole: one.id,
      };
    }),
    events: logged.map((one) => {
      const who = one.who !== null && 'id' in one.who ? one.who : null;
      const fields = {
        user: [one.who?.name ?? null],
        ...known(who),
        env: ['one', world.who.id],
        ...seenWith([one.ip], [one.userAgent]),
        at: [one.at],
        action: [one.action],
        outcome: [one.outcome === 'unknown' ? null : one.outcome, one.outcome],
        reason: [one.reason ?? null],
        actor: [one.actor ?? null],
        object: one.object === undefined ? [null] : [one.object.kind, one.object.name],
        message: [one.message ?? null],
        session: [one.session],
        id: [one.id],
      };
      return {
        id: one.id,
        fields,
        texts: texts(fields, ['user', 'actor', ...NAMES, 'objectName']).concat(one.object?.name ?? []),
        message: one.message ?? null,
      };
    }),
  };
}

const viaEmail = (via: (typeof ACCOUNTS)[number] | null): string | null =>
  via !== null && 'email' in via ? via.email : null;

/** Facts that geo data and the parser of user agents found: not under test here. */
function dictionary(world: IngestWorld, table: 'address' | 'device', by: string) {
  const rows = new Map(
    (world.rows(`SELECT * FROM ${table}`) as Record<string, string | number | null>[]).map((row) => [
      String(row[by]),
      row,
    ]),
  );
  return (key: string | null, column: string): string | number | null =>
    key === null ? null : (rows.get(key)?.[column] ?? null);
}
