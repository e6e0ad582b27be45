import type { PreparedEvent } from '../prepare.ts';
import type { PackReader, PackWriter } from './bytes.ts';

/** An event in the order in which it is stored; only ever added to at the end. */
export const valuesOf = (event: PreparedEvent): readonly unknown[] => [
  event.type,
  event.user,
  event.session,
  event.ip,
  event.ipKey,
  event.family,
  event.country,
  event.city,
  event.lat,
  event.lon,
  event.asn,
  event.asOrg,
  event.network,
  event.trusted,
  event.os,
  event.osVersion,
  event.browser,
  event.browserVersion,
  event.device,
  event.agent,
  event.deviceKey,
  event.reason,
  event.actor,
  event.attributes,
  event.environment,
  event.ignoredUser,
  event.ignoredIp,
  event.ignoredAsn,
  event.service,
  event.benignFailure,
  event.silent,
  event.skewMs,
  event.habit,
];

/** What the first event differs from. */
const BLANK: readonly unknown[] = [
  'login',
  ...Array.from({ length: 12 }, () => null),
  false,
  ...Array.from({ length: 10 }, () => null),
  '',
  ...Array.from({ length: 6 }, () => false),
  null,
  null,
];

const NOTHING = 0;
const NO = 1;
const YES = 2;
const NUMBER = 3;
const TEXT = 4;
const JSON_TEXT = 5;

const putValue = (value: unknown, out: PackWriter): void => {
  if (value === null || value === undefined) out.uint(NOTHING);
  else if (typeof value === 'string') {
    out.uint(TEXT);
    out.text(value);
  } else if (typeof value === 'number') {
    out.uint(NUMBER);
    out.number(value);
  } else if (typeof value === 'boolean') out.uint(value ? YES : NO);
  else {
    out.uint(JSON_TEXT);
    out.json(value);
  }
};
const takeValue = (from: PackReader): unknown => {
  switch (from.uint()) {
    case NO:
      return false;
    case YES:
      return true;
    case NUMBER:
      return from.number();
    case TEXT:
      return from.text();
    case JSON_TEXT:
      return from.json();
    default:
      return null;
  }
};

/** Events of one entity: neighbours have nearly everything in common, and only what differs is written. */
export const putEvents = (events: readonly PreparedEvent[], out: PackWriter): void => {
  out.uint(events.length);
  let before = BLANK;
  for (const event of events) {
    const values = valuesOf(event);
    out.text(event.id);
    out.number(event.ts);
    let differ = 0;
    for (let part = 0; part < values.length; part += 1) if (values[part] !== before[part]) differ += 1;
    out.uint(differ);
    for (let part = 0; part < values.length; part += 1) {
      if (values[part] === before[part]) continue;
      out.uint(part);
      putValue(values[part], out);
    }
    before = values;
  }
};

/** The inverse of putEvents. The caller knows what it is: it was written there. */
export const takeEvents = (from: PackReader): PreparedEvent[] => {
  const events: PreparedEvent[] = [];
  const values = BLANK.slice();
  for (let left = from.uint(); left > 0; left -= 1) {
    const id = from.name();
    const ts = from.figure();
    for (let differ = from.uint(); differ > 0; differ -= 1) values[from.uint()] = takeValue(from);
    events.push(eventOf(id, ts, values));
  }
  return events;
};

/** The inverse of `valuesOf`. */
export const eventOf = (id: string, ts: number, values: readonly unknown[]): PreparedEvent => {
  const [type, user, session, ip, ipKey, family, country, city, lat, lon, asn, asOrg, network] = values;
  const event = {
    id,
    ts,
    type,
    user,
    session,
    ip,
    ipKey,
    family,
    country,
    city,
    lat,
    lon,
    asn,
    asOrg,
    network,
    trusted: values[13],
    os: values[14],
    osVersion: values[15],
    browser: values[16],
    browserVersion: values[17],
    device: values[18],
    agent: values[19],
    deviceKey: values[20],
    reason: values[21],
    actor: values[22],
    attributes: values[23],
    environment: values[24],
    ignoredUser: values[25],
    ignoredIp: values[26],
    ignoredAsn: values[27],
    service: values[28],
    benignFailure: values[29],
    silent: values[30],
    skewMs: values[31],
    habit: values[32],
  };
  return event as PreparedEvent;
};
