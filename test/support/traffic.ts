import type { Account, AuditEvent, Session } from '#shared/protocol/records.ts';

/** Test equipment: people, addresses, devices and what they do, the same at every run. */
export interface Traffic {
  readonly people: number;
  event(): AuditEvent;
  /** A session that is in use, as it looks now. */
  session(): Session;
  account(number: number): Account;
  /** The session of that number, as it began. */
  sessionNumber(number: number): Session;
  /** 0 to 1. */
  random(): number;
}

export interface TrafficOptions {
  readonly seed?: number;
  readonly people?: number;
  readonly addresses?: number;
  readonly sessions?: number;
  /** When the first event happens, ms. */
  readonly start?: number;
  /** Mean time between events, ms. */
  readonly stepMs?: number;
  /** People who stay where they are: one network and one device each, two sessions. Otherwise nobody is ever at home. */
  readonly settled?: boolean;
  /** Set before every event id, so that two kinds of traffic share none. */
  readonly prefix?: string;
}

const ACTIONS = ['login', 'activity', 'logout', 'other', 'password-changed', 'role-changed', 'mfa'] as const;
const VERBS = ['opened', 'exported', 'approved', 'rejected', 'changed', 'listed'] as const;
const NOUNS = [
  'invoice',
  'report',
  'dataset',
  'dashboard',
  'pipeline',
  'secret',
  'contract',
  'customer',
] as const;
/** First numbers of networks that exist. */
const NETWORKS = [
  3, 5, 8, 17, 23, 31, 46, 62, 77, 81, 88, 91, 103, 134, 151, 178, 185, 193, 203, 212,
] as const;

/** A small generator of numbers from 0 to 1 (mulberry32), so that every run makes the same. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function userAgents(count: number, random: () => number): readonly string[] {
  return Array.from({ length: count }, (_, n) => {
    const version = 90 + Math.floor(random() * 60);
    const build = Math.floor(random() * 9_000);
    const kinds = [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.${build}.0 Safari/537.36`,
      `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.${build % 7} Safari/605.1.15`,
      `Mozilla/5.0 (X11; Linux x86_64; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`,
      `Mozilla/5.0 (iPhone; CPU iPhone OS 17_${build % 7} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.${build % 7} Mobile/15E148 Safari/604.1`,
      `curl/8.${build % 10}.0`,
    ] as const;
    return kinds[n % kinds.length] ?? kinds[0];
  });
}

/** Popular people, addresses and sessions are met more often (squared uniform); times ascend with some disorder. */
export function traffic(options: TrafficOptions = {}): Traffic {
  const random = seeded(options.seed ?? 1);
  const people = options.people ?? 5_000;
  const addressCount = options.addresses ?? 20_000;
  const sessions = options.sessions ?? 200_000;
  const stepMs = options.stepMs ?? 260;
  const prefix = options.prefix ?? 'e';
  const agents = userAgents(400, random);
  const addresses = Array.from({ length: addressCount }, () => {
    const [a = 3] = NETWORKS.slice(Math.floor(random() * NETWORKS.length));
    return `${a}.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}.${1 + Math.floor(random() * 254)}`;
  });
  let made = 0;
  let now = options.start ?? Date.UTC(2026, 0, 1);
  const skewed = (count: number): number => Math.floor(random() ** 2 * count);
  const name = (person: number): string => `user${String(person).padStart(5, '0')}@corp.example`;
  const { settled = false } = options;
  const homeOf = (person: number): string =>
    (addresses[person % addressCount] ?? '8.8.8.8').replace(/\d+$/, String(1 + Math.floor(random() * 3)));
  const addressOf = (person: number): string => (settled ? homeOf(person) : someAddress(person));
  const someAddress = (person: number): string =>
    addresses[(person * 7 + Math.floor(random() * 6)) % addressCount] ?? '8.8.8.8';
  const agentOf = (person: number): string =>
    agents[(person * 3 + (settled ? 0 : Math.floor(random() * 2))) % agents.length] ?? 'curl/8.0.0';
  const sessionId = (number: number): string => `ses_${number.toString(36).padStart(18, '0')}`;
  const sessionOf = (person: number): number =>
    (person * 40 + Math.floor(random() * (settled ? 2 : 40))) % sessions;
  const letters = (): string => Math.floor(random() * 2 ** 50).toString(36);
  const session = (number: number, seen: number): Session => {
    const person = Math.floor(number / 40) % people;
    const home = settled ? homeOf(person) : (addresses[(person * 7) % addressCount] ?? '8.8.8.8');
    const [ip, userAgent] = [home, agentOf(person)];
    return {
      id: sessionId(number),
      account: { id: String(person), name: name(person) },
      opened: { at: (options.start ?? Date.UTC(2026, 0, 1)) + number * 10, ip, userAgent },
      last: { at: seen, ip: addressOf(person), userAgent },
      expiresAt: null,
      marks: number % 9 === 0 ? ['remember-me'] : [],
    } as unknown as Session;
  };

  return {
    people,
    random,
    event: () => {
      made += 1;
      now += Math.floor(random() * 2 * stepMs);
      const person = skewed(people);
      const failed = random() < 0.07;
      return {
        id: `${prefix}${made.toString(36).padStart(8, '0')}-${letters()}`,
        at: now,
        recordedAt: now + Math.floor(random() * 900),
        action: ACTIONS[skewed(ACTIONS.length)] ?? 'other',
        outcome: failed ? 'failure' : 'success',
        ...(failed ? { reason: 'bad-password' } : {}),
        account: { id: String(person), name: name(person) },
        ip: addressOf(person),
        userAgent: agentOf(person),
        sessionId: sessionId(sessionOf(person)),
        object: {
          kind: 'item',
          id: `p${Math.floor(random() * 900)}`,
          name: `items/${Math.floor(random() * 1e6)}`,
        },
        message: `${VERBS[made % VERBS.length] ?? ''} ${NOUNS[skewed(NOUNS.length)] ?? ''} ${Math.floor(random() * 1e5)}`,
        attributes: { bytes: String(Math.floor(random() * 1e7)), trace: letters() },
      } as unknown as AuditEvent;
    },
    session: () => session(sessionOf(skewed(people)), now),
    sessionNumber: (number) => session(number, now),
    account: (number) =>
      ({
        id: String(number),
        name: name(number),
        roles: number % 50 === 0 ? ['administrator'] : ['member'],
        status: 'active',
        privileged: number % 50 === 0,
        service: false,
      }) as unknown as Account,
  };
}
