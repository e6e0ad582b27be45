import { boundedCache } from '#geo/bounded-cache.ts';
import type { Device, Network, Place } from '#shared/domain/place.ts';
import { textHash } from '#shared/domain/text-hash.ts';
import type { AuditEvent, Session } from '#shared/protocol/records.ts';
import type { EnrichedEvent, EventType } from '../detect/event.ts';
import type { EnrichedItem, Known } from '../ingest/hooks.ts';

/** What the detections must be told of accounts, which events only name. */
export interface AccountFacts {
  /** Id of the account of that name, or null. */
  idOf(name: string): string | null;
  isService(id: string): boolean;
}

/** Behind it the name as it was typed, of an account that no store knows; no id begins with it. */
const TYPED = '~';

const TYPES: Readonly<Record<string, EventType>> = {
  logout: 'logout',
  'password-changed': 'password-changed',
  'password-reset': 'password-changed',
  'role-changed': 'role-changed',
};

/** The kind of event that a record of a store's log is to the detections, or null: none of theirs. */
export function typeOf(action: string, outcome: AuditEvent['outcome']): EventType | null {
  if (action === 'login')
    return outcome === 'success' ? 'login' : outcome === 'failure' ? 'login-failed' : null;
  return outcome === 'failure' ? null : (TYPES[action] ?? null);
}

/** What is known of an address and a user agent; null is looked up and unknown. */
export const enrichment = (
  place: Place | null,
  network: Network | null,
  device: Device | null,
): NonNullable<EnrichedEvent['enrich']> => ({
  country: place?.country ?? null,
  city: place?.city ?? null,
  lat: place?.latitude ?? null,
  lon: place?.longitude ?? null,
  asn: network?.asn ?? null,
  asOrg: network?.organisation ?? null,
  network: network?.kind ?? null,
  trusted: network?.trusted ?? false,
  browser: device?.browser ?? null,
  os: device?.system ?? null,
  device: device?.deviceClass ?? null,
});

type Enrichment = ReturnType<typeof enrichment>;
/** What is known of where an event came from, as the detections take it. */
export type Origins = (known: Known) => Enrichment;
const enrich: Origins = ({ place, network, device }) => enrichment(place, network, device);

/** The same for the events of a batch: those from one network and device share it. */
export function sharedOrigins(): Origins {
  const made = new Map<Known['network'], Map<Known['device'], { place: Known['place']; is: Enrichment }>>();
  return (known) => {
    const { place, network, device } = known;
    let of = made.get(network);
    if (of === undefined)
      made.set(network, (of = new Map<Known['device'], { place: Known['place']; is: Enrichment }>()));
    const held = of.get(device);
    if (held?.place === place) return held.is;
    const is = enrich(known);
    of.set(device, { place, is });
    return is;
  };
}

/** Names that the core reads as its own; a store's attributes do not decide them. */
const OWN = new Set(['environment', 'live', 'serviceAccount', 'service', 'networkList', 'networkListDate']);

export const attributesOf = (
  attributes: Readonly<Record<string, string>> | null | undefined,
  service: boolean,
  /** Instant (ms) at which the session of a sign-in was over, where that is known. */
  end: number | null = null,
): Record<string, string | number | boolean> | null => {
  // Most have none of their own: no list is made for those.
  if (!service && (attributes ?? null) === null) return end === null ? null : { expiresAt: end };
  const kept: Record<string, string | number | boolean> = Object.fromEntries(
    Object.entries(attributes ?? {}).filter(([name]) => !OWN.has(name)),
  );
  if (service) kept['serviceAccount'] = true;
  if (end !== null) kept['expiresAt'] = end;
  return Object.keys(kept).length === 0 ? null : kept;
};

/** Who a name or an id is to the detections. */
export const userOf = (
  account: { readonly id?: string | null | undefined; readonly name: string } | null,
  facts: AccountFacts,
): string | null => {
  if (account === null) return null;
  if (account.id !== undefined && account.id !== null) return account.id;
  if (account.name === '') return null;
  return facts.idOf(account.name) ?? `${TYPED}${account.name.toLowerCase()}`;
};

function fromAudit(
  event: AuditEvent,
  known: Known,
  facts: AccountFacts,
  origins: Origins,
): readonly EnrichedEvent[] {
  const type = typeOf(event.action, event.outcome);
  if (type === null) return [];
  const user = userOf(event.account, facts);
  return [
    {
      id: event.id,
      ts: event.at,
      receivedAt: event.recordedAt,
      type,
      user,
      ip: event.ip ?? null,
      session: event.sessionId ?? null,
      userAgent: event.userAgent ?? null,
      reason: event.reason ?? null,
      actor: event.actor === undefined ? null : (event.actor.id ?? event.actor.name),
      attributes: attributesOf(event.attributes, user !== null && facts.isService(user)),
      enrich: origins(known),
    },
  ];
}

/** Numbers of clients by address and user agent: few are seen, again and again, and their texts are long. */
const clients = boundedCache<string>(4_000);
const clientMark = (text: string): string => textHash(text).toString(36);

/**
 * The id of a sighting. A store that keeps whole seconds can show a session at one instant from two addresses, one
 * after the other: both are seen, whichever came first.
 */
const sightingId = (session: Session, seen: Session['last'], ts: number): string =>
  `seen:${session.id}@${String(ts)}/${clients.get(`${seen.ip ?? ''} ${seen.userAgent ?? ''}`, clientMark)}`;

function sightingAttributes(
  { attributes, expiresAt, opened }: Session,
  service: boolean,
): Readonly<Record<string, string | number | boolean>> {
  const own = attributesOf(attributes, service);
  const { at: createdAt } = opened;
  // Nearly every sighting: one literal instead of an object for each part of it.
  if (own === null && expiresAt !== null && createdAt !== null) return { expiresAt, createdAt };
  return {
    ...own,
    ...(expiresAt === null ? {} : { expiresAt }),
    ...(createdAt === null ? {} : { createdAt }),
  };
}

function fromSession(
  session: Session,
  at: number,
  kinds: readonly ('opened' | 'updated')[],
  known: { readonly opened: Known; readonly last: Known },
  facts: AccountFacts,
  origins: Origins,
): readonly EnrichedEvent[] {
  // Behind a masquerade is somebody else: where that person is says nothing of the account's own.
  const user = userOf(session.via?.account ?? session.account, facts);
  const service = session.marks.includes('service') || (user !== null && facts.isService(user));
  return kinds.map((kind): EnrichedEvent => {
    const seen = kind === 'opened' ? session.opened : session.last;
    const ts = seen.at ?? at;
    return {
      id: kind === 'opened' ? `opened:${session.id}` : sightingId(session, seen, ts),
      ts,
      receivedAt: Math.max(ts, at),
      type: kind === 'opened' ? 'session-opened' : 'session-updated',
      user,
      ip: seen.ip,
      session: session.id,
      userAgent: seen.userAgent,
      attributes: sightingAttributes(session, service),
      enrich: origins(kind === 'opened' ? known.opened : known.last),
    };
  });
}

/** What was written, as the detections take it. Ids are made of what was seen, so that seeing it twice is once. */
export function eventsOfItem(
  item: EnrichedItem,
  source: 'stream' | 'snapshot' | 'history',
  facts: AccountFacts,
  origins: Origins = enrich,
): readonly EnrichedEvent[] {
  switch (item.is) {
    case 'audit':
      return fromAudit(item.event, item.known, facts, origins);
    case 'session':
      return fromSession(
        item.session,
        item.at,
        source === 'snapshot' ? ['opened', 'updated'] : [item.kind],
        item,
        facts,
        origins,
      );
    case 'session-closed':
      return [
        {
          id: `closed:${item.id}@${String(item.at)}`,
          ts: item.at,
          receivedAt: item.at,
          type: 'session-closed',
          session: item.id,
          reason: item.reason,
        },
      ];
    default:
      return [];
  }
}
