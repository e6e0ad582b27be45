import type { NetworkKind } from '#shared/domain/place.ts';
import { addressFacts, createAddressList, type AddressFacts } from './address.ts';
import { EVENT_RANK, msOf, type EnrichedEvent, type EventType } from './event.ts';
import type { DetectSettings } from './settings.ts';

/** An event with everything that the detections ask of it worked out once. Plain data, JSON-able. */
export interface PreparedEvent {
  readonly id: string;
  /** Event time, ms since the epoch. */
  readonly ts: number;
  readonly type: EventType;
  readonly user: string | null;
  readonly session: string | null;
  readonly ip: string | null;
  /** The address, or its /64. */
  readonly ipKey: string | null;
  readonly family: 4 | 6 | null;
  readonly country: string | null;
  readonly city: string | null;
  readonly lat: number | null;
  readonly lon: number | null;
  readonly asn: number | null;
  readonly asOrg: string | null;
  readonly network: NetworkKind | null;
  /** The organisation's own egress: exempt, and nobody's place. */
  readonly trusted: boolean;
  readonly os: string | null;
  readonly osVersion: string | null;
  readonly browser: string | null;
  readonly browserVersion: string | null;
  readonly device: string | null;
  /** The whole user agent, or the key that stands for it. */
  readonly agent: string | null;
  /** OS family, browser family and device class; "?" for an unknown part; null when nothing is known. */
  readonly deviceKey: string | null;
  readonly reason: string | null;
  readonly actor: string | null;
  readonly attributes: Readonly<Record<string, unknown>> | null;
  readonly environment: string;
  readonly ignoredUser: boolean;
  readonly ignoredIp: boolean;
  readonly ignoredAsn: boolean;
  readonly service: boolean;
  /** A failure that says nothing about guessing: the password had expired, or a second factor was still due. */
  readonly benignFailure: boolean;
  /** Read in after the fact: trains, reports nothing. */
  readonly silent: boolean;
  /** Event time minus arrival in ms, where that is too far to believe; else null. */
  readonly skewMs: number | null;
  /** Why a network that hides places is usual for this person; worked out when the event is placed, else null. */
  habit: string | null;
}

/**
 * Failure reasons that brute force does not count. The numbers are Microsoft Entra's (AADSTS50055 and 50144
 * expired password, 50072/50074/50076/50079/50097/50129/50158 a further step is due, 50140 "keep me signed in").
 */
const BENIGN_CODES = /(?:\b|AADSTS)(50055|50144|50072|50074|50076|50079|50097|50129|50158|50140)\b/;
const EXPIRED = /expired|must[\s_-]*change[\s_-]*password/i;
const FACTOR_DUE =
  /(mfa|2fa|otp|totp|(second|two|multi)[\s_-]*factor)[\s_-]*(auth\w*)?[\s_-]*(is|was)?[\s_-]*(pending|required|needed|challenge\w*|prompt\w*|setup|enrol\w*)|(pending|awaiting|requires?)[\s_-]*(mfa|2fa|otp|second[\s_-]*factor)/i;
const isBenign = (reason: string | null): boolean =>
  reason !== null && (BENIGN_CODES.test(reason) || EXPIRED.test(reason) || FACTOR_DUE.test(reason));

/**
 * A copy of an event, of `user`. One literal in the order of all others: what a spread makes is of another shape, which
 * every detection has to tell apart from then on.
 */
export const copyEvent = (event: PreparedEvent, user = event.user): PreparedEvent => ({
  id: event.id,
  ts: event.ts,
  type: event.type,
  user,
  session: event.session,
  ip: event.ip,
  ipKey: event.ipKey,
  family: event.family,
  country: event.country,
  city: event.city,
  lat: event.lat,
  lon: event.lon,
  asn: event.asn,
  asOrg: event.asOrg,
  network: event.network,
  trusted: event.trusted,
  os: event.os,
  osVersion: event.osVersion,
  browser: event.browser,
  browserVersion: event.browserVersion,
  device: event.device,
  agent: event.agent,
  deviceKey: event.deviceKey,
  reason: event.reason,
  actor: event.actor,
  attributes: event.attributes,
  environment: event.environment,
  ignoredUser: event.ignoredUser,
  ignoredIp: event.ignoredIp,
  ignoredAsn: event.ignoredAsn,
  service: event.service,
  benignFailure: event.benignFailure,
  silent: event.silent,
  skewMs: event.skewMs,
  habit: event.habit,
});

/** What the place of an event among others depends on. */
export type Placed = Pick<PreparedEvent, 'id' | 'ts' | 'type'>;

/** Ids in the order a person would count them: "e2" before "e10". */
const compareIds = (a: string, b: string): number => {
  if (a === b) return 0;
  const digitsA = /^(.*?)(\d{1,15})$/.exec(a);
  const digitsB = /^(.*?)(\d{1,15})$/.exec(b);
  if (digitsA && digitsB && digitsA[1] === digitsB[1]) {
    const difference = Number(digitsA[2]) - Number(digitsB[2]);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : 1;
};

/**
 * The one order of events: event time, then kind (a failure before the success of the same instant, an end
 * last), then id. It depends on nothing but the events, so it is the same in whatever order they came.
 */
export const compareEvents = (a: Placed, b: Placed): number =>
  a.ts - b.ts || EVENT_RANK[a.type] - EVENT_RANK[b.type] || compareIds(a.id, b.id);

const text = (value: string | null | undefined): string | null =>
  value === undefined || value === null || value === '' ? null : value;

const ADDRESS_CACHE = 20_000;
const TEXT_CACHE = 20_000;

/** Gives equal texts as one: events are kept for days, and thousands of them name the same browser. */
const createTexts = (): ((one: string | null) => string | null) => {
  const held = new Map<string, string>();
  return (one) => {
    if (one === null) return null;
    const before = held.get(one);
    if (before !== undefined) return before;
    if (held.size >= TEXT_CACHE) held.clear();
    held.set(one, one);
    return one;
  };
};

type DeviceKeys = (os: string | null, browser: string | null, device: string | null) => string;
/** Makes device keys, each once: there are few, and to join and look up a text costs more than to look up its parts. */
const createDeviceKeys = (): DeviceKeys => {
  const held = new Map<string | null, Map<string | null, Map<string | null, string>>>();
  let many = 0;
  return (os, browser, device) => {
    const found = held.get(os)?.get(browser)?.get(device);
    if (found !== undefined) return found;
    if (many >= TEXT_CACHE) {
      held.clear();
      many = 0;
    }
    many += 1;
    let browsers = held.get(os);
    if (browsers === undefined)
      held.set(os, (browsers = new Map<string | null, Map<string | null, string>>()));
    let devices = browsers.get(browser);
    if (devices === undefined) browsers.set(browser, (devices = new Map<string | null, string>()));
    const key = `${os ?? '?'}|${browser ?? '?'}|${device ?? '?'}`;
    devices.set(device, key);
    return key;
  };
};

/** Turns an enriched event into what the detections compare. */
export const createPreparer = (settings: DetectSettings, defaultEnvironment: string) => {
  const { filters } = settings;
  const ignoredUsers = new Set(filters.ignoredUsers);
  const serviceAccounts = new Set(filters.serviceAccounts);
  const ignoredAsns = new Set(filters.ignoredAsns);
  const isIgnoredIp = createAddressList(filters.ignoredIps);
  const isTrusted = createAddressList(filters.trustedCidrs);

  interface Known {
    readonly facts: AddressFacts | null;
    readonly ignored: boolean;
    readonly trusted: boolean;
  }
  const cache = new Map<string, Known>();
  const same = createTexts();
  const deviceKeyOf = createDeviceKeys();
  const known = (ip: string): Known => {
    const hit = cache.get(ip);
    if (hit) return hit;
    const made = { facts: addressFacts(ip), ignored: isIgnoredIp(ip), trusted: isTrusted(ip) };
    if (cache.size >= ADDRESS_CACHE) cache.clear();
    cache.set(ip, made);
    return made;
  };

  return (event: EnrichedEvent, silent: boolean): PreparedEvent => {
    const enrich = event.enrich ?? {};
    const attributes = event.attributes ?? null;
    const ip = text(event.ip);
    const address = ip === null ? null : known(ip);
    const placeless = address?.facts?.placeless === true || enrich.network === 'private';
    const located = !placeless && typeof enrich.lat === 'number' && typeof enrich.lon === 'number';
    const os = text(enrich.os?.name);
    const browser = text(enrich.browser?.name);
    const device = enrich.device ?? null;
    const agent = same(text(enrich.userAgentKey) ?? text(event.userAgent));
    const parts = os !== null || browser !== null || device !== null;
    const asn = placeless ? null : (enrich.asn ?? null);
    const user = text(event.user);
    const reason = text(event.reason);
    const environment = attributes?.['environment'];
    return {
      id: event.id,
      ts: msOf(event.ts),
      type: event.type,
      user,
      session: text(event.session),
      ip,
      // Text that is no address (a socket path, a host name) still names one source.
      ipKey: address === null ? null : (address.facts?.key ?? ip),
      family: address?.facts?.family ?? null,
      country: placeless ? null : text(enrich.country),
      city: placeless ? null : same(text(enrich.city)),
      lat: located ? (enrich.lat ?? null) : null,
      lon: located ? (enrich.lon ?? null) : null,
      asn,
      asOrg: same(text(enrich.asOrg)),
      network: enrich.network ?? null,
      trusted: enrich.trusted === true || address?.trusted === true,
      os,
      osVersion: text(enrich.os?.version),
      browser,
      browserVersion: text(enrich.browser?.version),
      device,
      agent,
      deviceKey: parts ? deviceKeyOf(os, browser, device) : same(text(enrich.userAgentKey)),
      reason,
      actor: text(event.actor),
      attributes,
      environment: typeof environment === 'string' ? environment : defaultEnvironment,
      ignoredUser: user !== null && ignoredUsers.has(user),
      ignoredIp: address?.ignored === true,
      ignoredAsn: asn !== null && ignoredAsns.has(asn),
      service:
        (user !== null && serviceAccounts.has(user)) ||
        attributes?.['serviceAccount'] === true ||
        attributes?.['service'] === true,
      benignFailure: event.type === 'login-failed' && isBenign(reason),
      silent,
      skewMs: null,
      habit: null,
    };
  };
};
