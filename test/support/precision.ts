import type { Attack } from '#agent/stores/demo/attacks.ts';
import { severityRank, type DetectionName, type DetectionRecord } from '#shared/domain/detection.ts';
import { DAY, HOUR } from '#shared/domain/units.ts';
import { createDetector } from '#engine/detect/detector.ts';
import type { DetectEvent } from '#engine/detect/event.ts';
import { lookUp } from '#engine/detect/look-up.ts';
import { overProduct } from '#engine/detect/product-settings.ts';
import { parseSettings, type DetectSettings } from '#engine/detect/settings.ts';
import type { Enricher } from '#geo/enrich.ts';
import type { SimulatedLog } from './simulated-log.ts';

/** What must be found of each kind of attack: one of these, about the victim, the session or the address. */
const EXPECTED: Readonly<Record<Attack['kind'], readonly DetectionName[]>> = {
  'impossible-travel': ['impossible_travel'],
  'cookie-theft': ['session_hijack'],
  'password-spray': ['password_spray', 'credential_stuffing', 'password_spray_slow'],
};

export interface Precision {
  readonly personDays: number;
  readonly events: number;
  readonly attacks: number;
  /** Attacks that no expected detection found; text for a person. */
  readonly missed: readonly string[];
  /** Findings that nothing silenced and no attack explains, all severities. */
  readonly innocent: readonly DetectionRecord[];
  /** Of the innocent, those that a filter silenced. */
  readonly filtered: readonly DetectionRecord[];
  /** Findings of attacks that nothing silenced. */
  readonly guilty: readonly DetectionRecord[];
}

export const mediumOrAbove = (record: DetectionRecord): boolean =>
  severityRank(record.severity) >= severityRank('medium');

/** Whether an attack explains a finding: it is about its address or victim while it lasts or in the day after. */
const explains = (attack: Attack, record: DetectionRecord, ofIntruder: ReadonlySet<string>): boolean => {
  if (record.events.some((id) => ofIntruder.has(id))) return true;
  const victim = String(attack.victim.id);
  const about = record.users.includes(victim) || record.entity.id === victim;
  // The level of a person holds what was found of them for 45 days.
  const after = record.detection === 'user_risk' ? 45 * DAY : DAY + HOUR;
  return about && record.raisedAt >= attack.from && record.raisedAt <= attack.until + after;
};

/** Runs the whole catalogue over a simulated log: history trains, the rest is live. */
export const measurePrecision = (
  log: SimulatedLog,
  enricher: Enricher,
  settings: DetectSettings = parseSettings(overProduct({})),
): Precision => {
  const detector = createDetector({ settings });
  const found = new Map<string, DetectionRecord>();
  const ofIntruder = new Set<string>();
  const intruders = new Set(log.attacks.map(({ intruderIp }) => intruderIp));
  // Half of all events are the same address and client as others.
  const known = new Map<string, DetectEvent>();
  for (const event of log.events) {
    const key = `${event.ip ?? ''} ${event.userAgent ?? ''}`;
    let made = known.get(key);
    if (made === undefined) known.set(key, (made = lookUp(event, enricher)));
    const enriched = {
      ...event,
      attributes: { ...made.attributes, ...event.attributes },
      enrich: made.enrich,
    };
    if (intruders.has(event.ip ?? '')) ofIntruder.add(event.id);
    const retrospective = Date.parse(event.ts) < log.liveFrom;
    for (const delta of detector.ingest(enriched, { retrospective }))
      if (delta.kind === 'upsert') found.set(delta.record.id, delta.record);
      else found.delete(delta.id);
  }
  const live = [...found.values()].filter((record) => !record.retrospective);
  const explained = (record: DetectionRecord): Attack | undefined =>
    log.attacks.find((attack) => explains(attack, record, ofIntruder));
  const missed = log.attacks.filter(
    (attack) =>
      !live.some(
        (record) =>
          record.filtered === undefined &&
          mediumOrAbove(record) &&
          EXPECTED[attack.kind].includes(record.detection) &&
          explains(attack, record, ofIntruder),
      ),
  );
  return {
    personDays: (log.world.people.length * (log.until - log.liveFrom)) / DAY,
    events: log.events.length,
    attacks: log.attacks.length,
    missed: missed.map(
      ({ kind, from, victim }) => `${kind} on ${victim.login} at ${new Date(from).toISOString()}`,
    ),
    innocent: live.filter((record) => record.filtered === undefined && explained(record) === undefined),
    filtered: live.filter((record) => record.filtered !== undefined && explained(record) === undefined),
    guilty: live.filter((record) => record.filtered === undefined && explained(record) !== undefined),
  };
};
