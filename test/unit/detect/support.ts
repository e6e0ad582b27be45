import type { DetectionName, DetectionRecord } from '#shared/domain/detection.ts';
import type { DetectEvent } from '#engine/detect/event.ts';
import { replay, type ReplayResult } from '#engine/detect/replay.ts';
import { parseSettings, type DetectSettingsInput } from '#engine/detect/settings.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A Wednesday, 09:00 UTC. */
export const T0 = Date.parse('2026-03-04T09:00:00.000Z');

type Enrich = NonNullable<DetectEvent['enrich']>;

export const PLACES = {
  paris: { country: 'FR', city: 'Paris', lat: 48.8566, lon: 2.3522, asn: 64_501 },
  berlin: { country: 'DE', city: 'Berlin', lat: 52.52, lon: 13.405, asn: 64_502 },
  newYork: { country: 'US', city: 'New York', lat: 40.7128, lon: -74.006, asn: 64_503 },
  tokyo: { country: 'JP', city: 'Tokyo', lat: 35.6762, lon: 139.6503, asn: 64_504 },
} satisfies Record<string, Enrich>;
export const WINDOWS_FIREFOX: Enrich = {
  os: { name: 'Windows', version: '11' },
  browser: { name: 'Firefox', version: '140' },
  device: 'desktop',
};
export const LINUX_CHROME: Enrich = {
  os: { name: 'Linux' },
  browser: { name: 'Chrome', version: '150' },
  device: 'desktop',
};

let number = 0;
/** An event `at` ms after T0. Ids count up in the order of the calls. */
export const event = (at: number, parts: Partial<DetectEvent> = {}): DetectEvent => ({
  id: `e${(number += 1)}`,
  ts: new Date(T0 + at).toISOString(),
  type: 'login',
  user: 'alice',
  ip: '192.0.2.10',
  ...parts,
});

/** So many logins of one person before T0, a day apart, the last one `before` ms before T0. */
export const habit = (count: number, parts: Partial<DetectEvent> = {}, before = DAY): DetectEvent[] =>
  Array.from({ length: count }, (_, index) => event(-before - (count - 1 - index) * DAY, parts));

export const run = (
  events: readonly DetectEvent[],
  settings: DetectSettingsInput = {},
  history: readonly DetectEvent[] = [],
): ReplayResult => replay(parseSettings(settings), history, events);

/** Findings of one detection, those that a filter silenced included. */
export const of = (result: ReplayResult, name: DetectionName): DetectionRecord[] =>
  result.detections.filter(({ detection }) => detection === name);
/** Findings of one detection that nothing silenced. */
export const fired = (result: ReplayResult, name: DetectionName): DetectionRecord[] =>
  of(result, name).filter(({ filtered }) => filtered === undefined);

/** What an outsider can see of findings, for comparing runs. */
export const visible = (result: ReplayResult): unknown[] =>
  result.detections.map((record) => ({ ...record }));
