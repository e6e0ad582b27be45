import { z } from 'zod';
import { isAddressOrBlock } from './address.ts';

const above0 = z.number().positive();
const count = z.int().min(1);
/** Absent = default, null = off. */
const off = <S extends z.ZodType>(schema: S) => schema.nullable();

const zone = z.string().refine(
  (name) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: name });
      return true;
    } catch {
      return false;
    }
  },
  { error: 'must be an IANA time zone, such as Europe/Berlin' },
);
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be HH:MM, 00:00 to 24:00');
const country = z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters (ISO 3166-1 alpha-2)');
const network = z.string().refine(isAddressOrBlock, { error: 'must be an address or a CIDR block' });

const OffHours = z.strictObject({
  timeZone: zone,
  days: z.array(z.int().min(1).max(7)).default([1, 2, 3, 4, 5]),
  start: clockTime.default('07:00'),
  end: clockTime.default('19:00'),
  /** Local dates that count as a day off, YYYY-MM-DD. */
  holidays: z.array(z.iso.date()).default([]),
});
const Geofence = z.strictObject({
  allow: z.array(country).optional(),
  deny: z.array(country).optional(),
  unknown: z.enum(['allow', 'deny']).default('allow'),
});

const TravelPair = z
  .union([
    z.tuple([country, country]),
    z.string().regex(/^[A-Z]{2}[-:/][A-Z]{2}$/, 'must be two countries, such as ["DE","FR"]'),
  ])
  .transform((pair): readonly [string, string] =>
    typeof pair === 'string' ? [pair.slice(0, 2), pair.slice(3)] : [pair[0], pair[1]],
  );

/** An entry that silences, until a time: every given part must match. */
const AllowEntry = z.strictObject({
  detection: z.string().optional(),
  user: z.string().optional(),
  ip: network.optional(),
  country: country.optional(),
  /** Event time from which the entry no longer holds; absent = for good. */
  until: z.iso.datetime({ offset: true, error: 'must be an ISO 8601 time with a zone' }).optional(),
  note: z.string().optional(),
});
export type AllowEntry = z.infer<typeof AllowEntry>;

const defaulted = <S extends z.ZodType>(schema: S) => off(schema).prefault({} as z.input<S>);

/** Every number of the catalogue. Names carry their unit. The defaults are docs/detections.md's. */
export const DetectSettings = z.strictObject({
  impossibleTravel: defaulted(
    z.strictObject({
      minDistanceKm: z.number().min(0).default(500),
      maxSpeedKmh: z.number().min(0).default(900),
      onlyForNewIp: z.boolean().default(false),
      ignoreSameCountry: z.boolean().default(false),
    }),
  ),
  newCountry: defaulted(z.strictObject({})),
  atypicalCountry: defaulted(z.strictObject({ days: above0.default(30) })),
  newDevice: defaulted(z.strictObject({})),
  anonymousIp: defaulted(z.strictObject({})),
  hostingIp: defaulted(z.strictObject({})),
  unfamiliarSignIn: defaulted(z.strictObject({ features: count.default(2) })),
  riskySignIn: off(
    z.strictObject({
      /** What the person chose; the threshold below gives it on the history that it was chosen on. */
      questionsPerWeek: z.number().min(0).max(100_000),
      /** The product of the score; above it a question is asked. */
      askAbove: z.number().min(0),
    }),
  ).default(null),
  bruteForce: defaulted(z.strictObject({ failures: count.default(10), windowMin: above0.default(10) })),
  bruteForceSuccess: defaulted(z.strictObject({ windowMin: above0.default(15) })),
  passwordSpray: defaulted(
    z.strictObject({
      minUsers: count.default(5),
      minAttempts: count.default(15),
      maxPerUser: count.default(8),
      band: z
        .tuple([count, count])
        .refine(([low, high]) => low <= high, { error: 'must be [lowest, highest]' })
        .default([2, 6]),
      bandPct: z.number().min(0).max(100).default(60),
      minDurationMin: z.number().min(0).default(5),
      windowMin: above0.default(60),
    }),
  ),
  passwordSpraySlow: defaulted(
    z.strictObject({
      minUsers: count.default(10),
      maxPerUser: count.default(3),
      windowH: above0.default(24),
      minDurationH: z.number().min(0).default(1),
      maxSuccessRatio: z.number().min(0).max(1).default(0.2),
    }),
  ),
  passwordSprayDistributed: defaulted(
    z.strictObject({
      minIps: count.default(5),
      minUsers: count.default(8),
      minAttempts: count.default(25),
      maxPerUser: count.default(5),
      windowMin: above0.default(15),
    }),
  ),
  credentialStuffing: defaulted(
    z.strictObject({
      minUsers: count.default(15),
      minAttempts: count.default(25),
      maxPerUser: count.default(2),
      windowMin: above0.default(15),
    }),
  ),
  successAfterAttack: defaulted(z.strictObject({ windowMin: above0.default(180) })),
  failsElsewhereAfterSuccess: defaulted(z.strictObject({ windowMin: above0.default(10) })),
  sessionHijack: defaulted(z.strictObject({})),
  sessionCameBack: defaulted(z.strictObject({})),
  concurrentSessions: defaulted(z.strictObject({ limit: count.default(3) })),
  concurrentCountries: defaulted(z.strictObject({ windowMin: above0.default(30) })),
  dormantAccount: defaulted(z.strictObject({ days: above0.default(90) })),
  offHours: off(OffHours).default(null),
  geofence: off(Geofence).default(null),
  idleSession: defaulted(z.strictObject({ hours: above0.default(12) })),
  overlongSession: defaulted(z.strictObject({ hours: above0.default(24) })),
  privilegedRoleAfterRiskyLogin: defaulted(z.strictObject({ windowMin: above0.default(60) })),
  userRisk: defaulted(
    z.strictObject({
      threshold: z.enum(['low', 'medium', 'high']).default('medium'),
      decayDays: above0.default(45),
      /** Leave out what says little by itself: idle and overlong sessions, and what is low among several sessions and new countries. */
      onlyTelling: z.boolean().default(false),
    }),
  ),
  clockSkew: defaulted(z.strictObject({ futureMin: above0.default(5), liveLateH: above0.default(2) })),
  sigmaRule: defaulted(z.strictObject({})),
  learning: z
    .strictObject({ days: z.number().min(0).default(14), logins: z.int().min(0).default(10) })
    .nullable()
    .prefault({}),
  /** What is usual for a person and therefore no news (see habit.ts); the catalogue itself knows no habits. */
  habits: off(
    z.strictObject({
      /** Days on which something was used. */
      days: count.default(3),
      /** How long ago that must have begun. */
      ageDays: above0.default(7),
      /** A habit that was not kept up for so long is none. */
      lapseDays: above0.default(45),
    }),
  ).default(null),
  dedupWindowS: z.number().min(0).nullable().default(5),
  reorderHorizonH: above0.default(24),
  filters: z
    .strictObject({
      ignoredUsers: z.array(z.string()).default([]),
      ignoredIps: z.array(network).default([]),
      ignoredAsns: z.array(z.int()).default([]),
      trustedCidrs: z.array(network).default([]),
      travelPairs: z.array(TravelPair).default([]),
      trustedCountries: z.array(country).default([]),
      serviceAccounts: z.array(z.string()).default([]),
      allowList: z.array(AllowEntry).default([]),
    })
    .prefault({}),
});
export type DetectSettings = z.infer<typeof DetectSettings>;
export type DetectSettingsInput = z.input<typeof DetectSettings>;
/** Names of the settings that belong to one detection. */
export type SettingName = Exclude<
  keyof DetectSettings,
  'learning' | 'habits' | 'dedupWindowS' | 'reorderHorizonH' | 'filters'
>;

/** All defaults applied. Throws a ZodError naming the path of what is wrong. */
export const parseSettings = (input: unknown = {}): DetectSettings => DetectSettings.parse(input ?? {});
