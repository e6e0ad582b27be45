import { z } from 'zod';
import { AccountId, ConnectionId } from '../domain/ids.ts';
import { isTimeZone } from '../domain/local-time.ts';
import { LIMITS } from '../protocol/limits.ts';
import { MAPPING_LIMIT } from './mapping-limit.ts';
import { method } from './contract.ts';
import type {
  AccountName,
  EntityView,
  IdentityDecision,
  IdentityRules,
  NoteView,
  PeoplePage,
  PersonView,
} from './people-views.ts';

const accountAt = z.strictObject({ connection: ConnectionId, id: AccountId });
/** Days looked back by a person's or an entity's page. */
const days = z.int().min(1).max(400).default(30);
/** IANA time zone in which hours and days are counted. */
const zone = z
  .string()
  .max(64)
  .refine(isTimeZone, { message: 'not a time zone this machine knows; use one like Europe/Berlin' });
/** What a note is about: `person/<connection>/<account>`, `session/<connection>/<id>`, `address/…`, `instant/<ms>`, `event/<connection>/<ms>/<id>/<action>`. */
const subject = z.string().min(3).max(1_024);

/** People, identities, entities and notes. */
export const PEOPLE_METHODS = {
  'people.page': method<PeoplePage>()(() =>
    z.strictObject({
      /** Substring of the name or e-mail address of any of the accounts. */
      text: z.string().max(LIMITS.id).optional(),
      connections: z.array(ConnectionId).max(100).optional(),
      /** Only people with a live session, or everybody by name. */
      which: z.enum(['live', 'all']).default('live'),
      /** For people with a live session. */
      sort: z.enum(['live', 'lastSeenAt', 'name', 'countries', 'risk']).default('live'),
      /** Only those with accounts in several environments, or live from several countries. */
      only: z.enum(['several-environments', 'several-countries', 'privileged']).optional(),
      cursor: z.string().max(1_024).nullable().default(null),
      limit: z.int().min(1).max(500),
    }),
  ),
  /** What accounts are called, by their ids, in every environment that has one of that id. */
  'accounts.names': method<readonly AccountName[]>()(() =>
    z.strictObject({ connection: ConnectionId.nullable(), ids: z.array(AccountId).max(1_000) }),
  ),
  'people.get': method<PersonView | null>()(() => z.strictObject({ at: accountAt, days, zone })),
  'entity.get': method<EntityView | null>()(() =>
    z.strictObject({
      kind: z.enum(['address', 'network', 'device']),
      /** An address, `AS<number>`, or the key of a device type. */
      value: z.string().min(1).max(256),
      days,
      zone,
    }),
  ),
  'identities.rules': method<IdentityRules>()(() => z.strictObject({})),
  'identities.setRules': method<IdentityRules>()(() =>
    z.strictObject({
      email: z.boolean(),
      name: z.boolean(),
      commonNames: z.array(z.string().trim().min(1).max(LIMITS.id)).max(1_000),
    }),
  ),
  /** Replaces the mapping by a CSV of `environment,account,person`; the account by its id or its name. */
  'identities.importMapping': method<{
    readonly mapped: number;
    readonly problems: readonly { readonly line: number; readonly message: string }[];
  }>()(() => z.strictObject({ csv: z.string().max(MAPPING_LIMIT) })),
  'identities.link': method<IdentityDecision>()(() =>
    z.strictObject({ account: accountAt, other: accountAt }),
  ),
  /** The account stands alone from now on, whatever the rules say. */
  'identities.separate': method<IdentityDecision>()(() => z.strictObject({ account: accountAt })),
  'identities.undo': method<IdentityDecision>()(() => z.strictObject({ decision: z.int().min(1) })),
  'identities.decisions': method<readonly IdentityDecision[]>()(() =>
    z.strictObject({ limit: z.int().min(1).max(500).default(100) }),
  ),
  'notes.list': method<readonly NoteView[]>()(() =>
    z.strictObject({ subject: subject.optional(), limit: z.int().min(1).max(500).default(100) }),
  ),
  /** Without a text it is a bookmark: a second one of the same operator is the first one. */
  'notes.add': method<NoteView>()(() =>
    z.strictObject({ subject, text: z.string().trim().max(LIMITS.reason) }),
  ),
  'notes.remove': method<{ readonly removed: boolean }>()(() => z.strictObject({ key: z.int().min(1) })),
  /** Takes a removal back. */
  'notes.restore': method<NoteView>()(() => z.strictObject({ key: z.int().min(1) })),
} as const;
