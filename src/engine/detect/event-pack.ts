import { eventOf, valuesOf } from './pack/event-bytes.ts';
import type { PreparedEvent } from './prepare.ts';

/** What the first event of a pack differs from. */
const BLANK: PreparedEvent = {
  id: '',
  ts: 0,
  type: 'session-updated',
  user: null,
  session: null,
  ip: null,
  ipKey: null,
  family: null,
  country: null,
  city: null,
  lat: null,
  lon: null,
  asn: null,
  asOrg: null,
  network: null,
  trusted: false,
  os: null,
  osVersion: null,
  browser: null,
  browserVersion: null,
  device: null,
  agent: null,
  deviceKey: null,
  reason: null,
  actor: null,
  attributes: null,
  environment: '',
  ignoredUser: false,
  ignoredIp: false,
  ignoredAsn: false,
  service: false,
  benignFailure: false,
  silent: false,
  skewMs: null,
  habit: null,
};

/** An event as its id, the time since the one before it, and number and value of every part that differs from it. */
export type PackedEvent = readonly [id: string, later: number, ...parts: unknown[]];

/** Events of one entity as a small JSON value: neighbours have nearly everything in common. */
export const packEvents = (events: readonly PreparedEvent[]): readonly PackedEvent[] => {
  let [before, ts] = [valuesOf(BLANK), BLANK.ts];
  return events.map((event) => {
    const packed: [string, number, ...unknown[]] = [event.id, event.ts - ts];
    const values = valuesOf(event);
    for (let part = 0; part < values.length; part += 1)
      if (values[part] !== before[part]) packed.push(part, values[part]);
    [before, ts] = [values, event.ts];
    return packed;
  });
};

export const isPacked = (events: readonly unknown[]): events is readonly PackedEvent[] =>
  Array.isArray(events[0]);

/** The inverse of packEvents. The caller knows what it is: it was packed here. */
export const unpackEvents = (packed: readonly PackedEvent[]): PreparedEvent[] => {
  const values = [...valuesOf(BLANK)];
  let { ts } = BLANK;
  return packed.map(([id, later, ...parts]) => {
    ts += later;
    for (let at = 0; at < parts.length; at += 2) values[Number(parts[at])] = parts[at + 1];
    return eventOf(id, ts, values);
  });
};
