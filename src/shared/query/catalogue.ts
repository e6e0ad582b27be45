import type { SearchTable } from './tree.ts';

/**
 * How values of a field are read: `text` contains, `key` is the whole (case of letters ignored in both), `choice` is
 * one of a closed list.
 */
export type FieldType = 'text' | 'key' | 'choice' | 'number' | 'duration' | 'time' | 'ip';

export interface Field {
  readonly name: FieldName;
  readonly aliases: readonly string[];
  readonly type: FieldType;
  readonly tables: readonly SearchTable[];
  /** Values that can be proposed without asking anybody; for `choice` there are no others. */
  readonly values: readonly string[];
  /** Values are proposed from what was mirrored. */
  readonly asked: boolean;
  readonly description: string;
  readonly examples: readonly string[];
}

const BOTH = ['sessions', 'audit'] as const;
const SESSIONS = ['sessions'] as const;
const AUDIT = ['audit'] as const;

interface Entry {
  readonly type: FieldType;
  readonly tables: readonly SearchTable[];
  readonly description: string;
  readonly examples: readonly string[];
  readonly aliases?: readonly string[];
  readonly values?: readonly string[];
  readonly asked?: true;
}

const ENTRIES = {
  user: {
    type: 'text',
    tables: BOTH,
    aliases: ['name', 'person', 'who'],
    asked: true,
    description: 'Name of the account; in the audit also the name as it was typed',
    examples: ['user:alice', 'user:=alice', 'user:adm*'],
  },
  account: {
    type: 'key',
    tables: BOTH,
    description: 'Id of the account in its store',
    examples: ['account:42'],
  },
  email: {
    type: 'text',
    tables: BOTH,
    description: 'E-mail address of the account',
    examples: ['email:example.com'],
  },
  role: {
    type: 'key',
    tables: BOTH,
    aliases: ['roles'],
    asked: true,
    description: 'A role of the account as it is now',
    examples: ['role:administrator', '-role:service'],
  },
  via: {
    type: 'text',
    tables: SESSIONS,
    description: 'Name of the account behind a masquerade',
    examples: ['via:alice', 'via:any'],
  },
  env: {
    type: 'key',
    tables: BOTH,
    aliases: ['environment'],
    asked: true,
    description: 'Name of the environment',
    examples: ['env:shop', 'env:shop,intranet'],
  },
  ip: {
    type: 'ip',
    tables: BOTH,
    aliases: ['address', 'cidr'],
    asked: true,
    description: 'Address, block, range or the beginning of an address; of sessions any they were seen from',
    examples: ['ip:10.0.0.0/8', 'ip:2001:db8::/32', 'ip:192.0.2.10..192.0.2.20', 'ip:192.0.2.*'],
  },
  country: {
    type: 'key',
    tables: BOTH,
    asked: true,
    description: 'Country of the address, two letters (ISO 3166)',
    examples: ['country:BR,RU', '-country:DE', 'country:none'],
  },
  region: {
    type: 'text',
    tables: BOTH,
    description: 'Region of the address',
    examples: ['region:bavaria'],
  },
  city: {
    type: 'text',
    tables: BOTH,
    asked: true,
    description: 'City of the address',
    examples: ['city:berlin', 'city:"São Paulo"'],
  },
  network: {
    type: 'text',
    tables: BOTH,
    aliases: ['org', 'organisation', 'isp'],
    asked: true,
    description: 'Organisation that runs the network of the address',
    examples: ['network:telekom', 'network:"Deutsche Telekom"'],
  },
  asn: {
    type: 'number',
    tables: BOTH,
    aliases: ['as'],
    description: 'Number of the network (autonomous system)',
    examples: ['asn:3320', 'asn:AS3320'],
  },
  kind: {
    type: 'choice',
    tables: BOTH,
    values: [
      'residential',
      'business',
      'mobile',
      'hosting',
      'vpn',
      'tor',
      'proxy',
      'satellite',
      'relay',
      'private',
    ],
    description: 'Kind of the network',
    examples: ['kind:tor,vpn', 'kind:hosting'],
  },
  browser: {
    type: 'text',
    tables: BOTH,
    asked: true,
    description: 'Browser family',
    examples: ['browser:firefox'],
  },
  os: {
    type: 'text',
    tables: BOTH,
    aliases: ['system'],
    asked: true,
    description: 'Operating system family',
    examples: ['os:windows'],
  },
  device: {
    type: 'choice',
    tables: BOTH,
    values: ['desktop', 'mobile', 'tablet', 'bot', 'other'],
    description: 'Class of the device',
    examples: ['device:mobile', 'device:none'],
  },
  agent: {
    type: 'text',
    tables: BOTH,
    aliases: ['useragent', 'user-agent'],
    description: 'The user agent as it was sent',
    examples: ['agent:curl', 'agent:python*'],
  },
  state: {
    type: 'choice',
    tables: SESSIONS,
    aliases: ['status'],
    values: ['live', 'ended', 'active', 'idle', 'stale', 'unseen'],
    description: 'Live or ended; of live ones, how long they have been quiet',
    examples: ['state:live', 'state:ended', 'state:idle,stale'],
  },
  cause: {
    type: 'key',
    tables: SESSIONS,
    values: ['logout', 'expired', 'collected', 'revoked', 'rule', 'credential-change', 'replaced', 'unknown'],
    description: 'Why the session ended',
    examples: ['cause:revoked', '-cause:logout'],
  },
  opened: {
    type: 'time',
    tables: SESSIONS,
    aliases: ['started', 'since'],
    description: 'When the session was opened',
    examples: ['opened:<1d', 'opened:2026-03-01..2026-03-31', 'opened:>=2026-03-01T03:10'],
  },
  last: {
    type: 'time',
    tables: SESSIONS,
    aliases: ['seen'],
    description: 'When the session was seen last',
    examples: ['last:<30m', 'last:>8h'],
  },
  ended: {
    type: 'time',
    tables: SESSIONS,
    description: 'When the session ended',
    examples: ['ended:today', 'ended:>=2026-03-01'],
  },
  expires: {
    type: 'time',
    tables: SESSIONS,
    description: 'When the session ends by itself',
    examples: ['expires:<2026-03-01'],
  },
  duration: {
    type: 'duration',
    tables: SESSIONS,
    aliases: ['length'],
    description: 'From opening to end, or until now',
    examples: ['duration:>8h', 'duration:10m..1h'],
  },
  at: {
    type: 'time',
    tables: AUDIT,
    aliases: ['time', 'when'],
    description: 'When it happened',
    examples: ['at:<1h', 'at:2026-03-01', 'at:yesterday'],
  },
  action: {
    type: 'key',
    tables: AUDIT,
    asked: true,
    description: 'What happened',
    examples: ['action:login', 'action:password-*'],
  },
  outcome: {
    type: 'choice',
    tables: AUDIT,
    aliases: ['result'],
    values: ['success', 'failure', 'unknown'],
    description: 'Whether it succeeded',
    examples: ['outcome:failure'],
  },
  reason: {
    type: 'key',
    tables: AUDIT,
    asked: true,
    description: 'Why it failed',
    examples: ['reason:bad-password'],
  },
  actor: {
    type: 'text',
    tables: AUDIT,
    description: 'Who did it to somebody else',
    examples: ['actor:root'],
  },
  object: {
    type: 'text',
    tables: AUDIT,
    description: 'What it was done to: its kind or name',
    examples: ['object:node', 'object:"Price list"'],
  },
  message: {
    type: 'text',
    tables: AUDIT,
    aliases: ['text'],
    description: 'Words of the message, in this order; a star at the end stands for any ending',
    examples: ['message:"access denied"', 'message:wp-log*'],
  },
  session: {
    type: 'key',
    tables: AUDIT,
    description: 'Id of the session it belongs to',
    examples: ['session:none'],
  },
  risk: {
    type: 'number',
    tables: SESSIONS,
    description: 'Risk of the sign-in that opened it, 0 to 100 (50: as usual)',
    examples: ['risk:>70', 'risk:40..70', 'risk:none'],
  },
  marks: {
    type: 'key',
    tables: SESSIONS,
    aliases: ['mark', 'is'],
    values: [
      'remember-me',
      'one-time-login',
      'masquerade',
      'mfa',
      'sso',
      'privileged',
      'service',
      'anonymous',
    ],
    description: 'Marks of the session',
    examples: ['is:privileged', '-is:anonymous', 'marks:none'],
  },
  id: {
    type: 'key',
    tables: BOTH,
    description: 'Id of the session, or of the event',
    examples: ['id:4c1f*'],
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type FieldName = keyof typeof ENTRIES;

/** Every field there is, in the order in which they are shown and completed. */
export const FIELDS: readonly Field[] = Object.entries<Entry>(ENTRIES).map(([name, entry]) => ({
  name: name as FieldName,
  aliases: entry.aliases ?? [],
  type: entry.type,
  tables: entry.tables,
  values: entry.values ?? [],
  asked: entry.asked === true,
  description: entry.description,
  examples: entry.examples,
}));

const BY_NAME = new Map(
  FIELDS.flatMap((field) => [field.name, ...field.aliases].map((name) => [name, field])),
);

/** A field by its name or another name of it; case of letters is ignored. */
export const fieldByName = (name: string): Field | null => BY_NAME.get(name.toLowerCase()) ?? null;

export function fieldOf(name: FieldName): Field {
  const field = BY_NAME.get(name);
  if (field === undefined) throw new Error(`the catalogue has no field ${name}`);
  return field;
}

/** Every name under which a field of this table can be written. */
export const namesFor = (table: SearchTable): readonly string[] =>
  FIELDS.filter(({ tables }) => tables.includes(table)).flatMap(({ name, aliases }) => [name, ...aliases]);
