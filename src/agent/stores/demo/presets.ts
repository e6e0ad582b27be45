import { HOUR, MINUTE } from '#shared/domain/units.ts';

export const PRESETS = ['shop', 'intranet', 'blog'] as const;
export type PresetName = (typeof PRESETS)[number];

/** How a group of people behaves. Chances are for a day unless said otherwise, hours are local and may be fractions. */
interface Habit {
  readonly kind: 'office' | 'leisure' | 'program';
  readonly weekday: number;
  readonly weekend: number;
  /** Middle of the time at which the day's first visit begins. */
  readonly starts: number;
  /** Of a visit. */
  readonly logout: number;
  /** Mean time between two page views, in ms. */
  readonly pace: number;
  /** Chance that a page view leaves a trace in the log. */
  readonly activity: number;
}

export interface Group {
  readonly id: string;
  /** Share of the population; `count` instead for a fixed number. */
  readonly share: number;
  readonly count?: number;
  readonly roles: readonly string[];
  readonly habit: Habit;
  readonly mfa: number;
  readonly remember: number;
}

/** What people do in the application: a verb, the kind of thing, and names of such things. */
interface Deed {
  readonly verb: string;
  readonly kind: string;
  readonly names: readonly [string, ...string[]];
  readonly groups: readonly string[];
}

export interface Preset {
  readonly name: PresetName;
  readonly population: number;
  /** Changes a second that look alive without being busy. */
  readonly naturalRate: number;
  readonly mailDomain: string;
  readonly groups: readonly Group[];
  readonly deeds: readonly Deed[];
  /** How many cities have an office. */
  readonly offices: number;
  /** Idle limit, and the longest a remembered sign-in lasts; ms. */
  readonly idleLimit: number;
  readonly rememberLimit: number;
  readonly cookie: {
    readonly secure: boolean;
    readonly httpOnly: boolean;
    readonly sameSite: string;
    readonly path: string;
    readonly domain: string;
  };
  /** When the first attack of a live round begins after the start; ms. */
  readonly attacksAfter: number;
}

const office = (over: Partial<Habit> = {}): Habit => ({
  kind: 'office',
  weekday: 0.93,
  weekend: 0.1,
  starts: 8.6,
  logout: 0.35,
  pace: 9 * MINUTE,
  activity: 0.05,
  ...over,
});
const leisure = (over: Partial<Habit> = {}): Habit => ({
  kind: 'leisure',
  weekday: 0.5,
  weekend: 0.62,
  starts: 18.2,
  logout: 0.25,
  pace: 3 * MINUTE,
  activity: 0.08,
  ...over,
});
const program: Habit = {
  kind: 'program',
  weekday: 1,
  weekend: 1,
  starts: 0.2,
  logout: 1,
  pace: 15 * MINUTE,
  activity: 0.1,
};

const SHOP: Preset = {
  name: 'shop',
  population: 400,
  naturalRate: 4,
  mailDomain: 'shop.example',
  offices: 2,
  idleLimit: 30 * HOUR,
  rememberLimit: 14 * 24 * HOUR,
  cookie: { secure: true, httpOnly: true, sameSite: 'Lax', path: '/', domain: 'www.shop.example' },
  attacksAfter: 10_000,
  groups: [
    { id: 'customer', share: 0.84, roles: ['customer'], habit: leisure(), mfa: 0.06, remember: 0.35 },
    {
      id: 'staff',
      share: 0.13,
      roles: ['staff', 'catalogue'],
      habit: office({ activity: 0.12 }),
      mfa: 0.6,
      remember: 0.2,
    },
    {
      id: 'support',
      share: 0,
      count: 8,
      roles: ['staff', 'support'],
      habit: office({ starts: 8, activity: 0.06 }),
      mfa: 0.8,
      remember: 0,
    },
    {
      id: 'administrator',
      share: 0,
      count: 4,
      roles: ['administrator'],
      habit: office({ starts: 9.2 }),
      mfa: 1,
      remember: 0,
    },
    { id: 'service', share: 0, count: 4, roles: ['service'], habit: program, mfa: 0, remember: 0 },
  ],
  deeds: [
    { verb: 'placed', kind: 'order', names: ['order'], groups: ['customer'] },
    { verb: 'viewed', kind: 'order', names: ['order'], groups: ['customer', 'support', 'staff'] },
    {
      verb: 'updated',
      kind: 'address',
      names: ['delivery address', 'invoice address'],
      groups: ['customer'],
    },
    {
      verb: 'updated',
      kind: 'product',
      names: ['Walnut desk lamp', 'Linen apron', 'Copper kettle', 'Field notebook', 'Wool blanket'],
      groups: ['staff', 'administrator'],
    },
    { verb: 'refunded', kind: 'order', names: ['order'], groups: ['support'] },
    {
      verb: 'synchronised',
      kind: 'stock',
      names: ['warehouse north', 'warehouse south', 'price list'],
      groups: ['service'],
    },
    {
      verb: 'changed',
      kind: 'setting',
      names: ['shipping zones', 'tax classes', 'payment methods'],
      groups: ['administrator'],
    },
  ],
};

const INTRANET: Preset = {
  name: 'intranet',
  population: 250,
  naturalRate: 3,
  mailDomain: 'intranet.example',
  offices: 4,
  idleLimit: 14 * HOUR,
  rememberLimit: 7 * 24 * HOUR,
  cookie: { secure: true, httpOnly: true, sameSite: 'Strict', path: '/', domain: 'intranet.example' },
  attacksAfter: 90_000,
  groups: [
    {
      id: 'employee',
      share: 0.9,
      roles: ['employee'],
      habit: office({ weekend: 0.16 }),
      mfa: 0.85,
      remember: 0.3,
    },
    {
      id: 'manager',
      share: 0.08,
      roles: ['employee', 'manager'],
      habit: office({ starts: 8.1, weekend: 0.25 }),
      mfa: 0.95,
      remember: 0.2,
    },
    {
      id: 'support',
      share: 0,
      count: 5,
      roles: ['employee', 'helpdesk'],
      habit: office({ starts: 7.6 }),
      mfa: 1,
      remember: 0,
    },
    {
      id: 'administrator',
      share: 0,
      count: 3,
      roles: ['administrator'],
      habit: office({ starts: 9 }),
      mfa: 1,
      remember: 0,
    },
    { id: 'service', share: 0, count: 3, roles: ['service'], habit: program, mfa: 0, remember: 0 },
  ],
  deeds: [
    {
      verb: 'edited',
      kind: 'document',
      names: [
        'Travel policy',
        'Quarterly plan',
        'Onboarding guide',
        'Site safety rules',
        'Release checklist',
      ],
      groups: ['employee', 'manager'],
    },
    {
      verb: 'downloaded',
      kind: 'document',
      names: ['Pay scale', 'Supplier contract', 'Org chart', 'Floor plan'],
      groups: ['employee', 'manager', 'support'],
    },
    {
      verb: 'approved',
      kind: 'request',
      names: ['leave request', 'expense claim', 'purchase request'],
      groups: ['manager'],
    },
    {
      verb: 'changed',
      kind: 'setting',
      names: ['mail relay', 'group membership', 'retention'],
      groups: ['administrator', 'support'],
    },
    {
      verb: 'synchronised',
      kind: 'directory',
      names: ['people directory', 'room calendar'],
      groups: ['service'],
    },
  ],
};

const BLOG: Preset = {
  name: 'blog',
  population: 60,
  naturalRate: 1.5,
  mailDomain: 'blog.example',
  offices: 1,
  idleLimit: 24 * HOUR,
  rememberLimit: 30 * 24 * HOUR,
  cookie: { secure: true, httpOnly: true, sameSite: '', path: '/', domain: '.blog.example' },
  attacksAfter: 120_000,
  groups: [
    { id: 'member', share: 0.6, roles: ['member'], habit: leisure(), mfa: 0, remember: 0.5 },
    {
      id: 'author',
      share: 0.3,
      roles: ['author'],
      habit: leisure({ starts: 10.5, weekday: 0.6, activity: 0.2 }),
      mfa: 0.2,
      remember: 0.4,
    },
    {
      id: 'support',
      share: 0,
      count: 3,
      roles: ['editor'],
      habit: office({ starts: 9.5, activity: 0.15 }),
      mfa: 0.5,
      remember: 0.3,
    },
    {
      id: 'administrator',
      share: 0,
      count: 2,
      roles: ['administrator'],
      habit: office({ starts: 10 }),
      mfa: 0.5,
      remember: 0,
    },
    { id: 'service', share: 0, count: 1, roles: ['service'], habit: program, mfa: 0, remember: 0 },
  ],
  deeds: [
    {
      verb: 'commented',
      kind: 'post',
      names: ['A winter of bread', 'Repairing old radios', 'Notes from the harbour'],
      groups: ['member', 'author'],
    },
    {
      verb: 'edited',
      kind: 'post',
      names: ['A winter of bread', 'Repairing old radios', 'Notes from the harbour', 'Maps without roads'],
      groups: ['author', 'support'],
    },
    {
      verb: 'published',
      kind: 'post',
      names: ['Maps without roads', 'On keeping bees', 'The long tram line'],
      groups: ['author', 'support'],
    },
    { verb: 'removed', kind: 'comment', names: ['comment'], groups: ['support', 'administrator'] },
    { verb: 'fetched', kind: 'feed', names: ['news feed'], groups: ['service'] },
  ],
};

export const presets: Readonly<Record<PresetName, Preset>> = { shop: SHOP, intranet: INTRANET, blog: BLOG };
