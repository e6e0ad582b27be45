import { severityRank, type DetectionRecord } from '#shared/domain/detection.ts';
import { DAY } from '#shared/domain/units.ts';
import type { DetectContext } from './context.ts';
import { findPrivileged, type Alert } from './detections/privileged-role.ts';
import { findUserRisk } from './detections/user-risk.ts';
import { descriptorOf } from './catalogue.ts';
import { compareEvents, type PreparedEvent } from './prepare.ts';

/** What the second level knows of one person: their detections, and changes of or by them. Bounded. */
export interface PersonRisk {
  alerts: Map<string, Alert>;
  changes: PreparedEvent[];
  /** Ids of the findings that the second level made. */
  derived: string[];
}
export const createPersonRisk = (): PersonRisk => ({ alerts: new Map(), changes: [], derived: [] });

const MAX_ALERTS = 400;
const MAX_CHANGES = 64;

const alertOf = (record: DetectionRecord): Alert => ({
  id: record.id,
  detection: record.detection,
  at: record.at,
  raisedAt: record.raisedAt,
  lastAt: record.lastAt,
  severity: record.severity,
  retrospective: record.retrospective,
  filtered: record.filtered ?? null,
});

export const noteAlert = (risk: PersonRisk, id: string, record: DetectionRecord | null): void => {
  // What a filter silenced counts nowhere.
  if (record === null || record.filtered !== undefined) {
    risk.alerts.delete(id);
    return;
  }
  risk.alerts.set(id, alertOf(record));
  if (risk.alerts.size <= MAX_ALERTS) return;
  let oldest: Alert | null = null;
  for (const alert of risk.alerts.values())
    if (oldest === null || alert.raisedAt < oldest.raisedAt) oldest = alert;
  if (oldest) risk.alerts.delete(oldest.id);
};

export const noteChange = (risk: PersonRisk, event: PreparedEvent): void => {
  risk.changes.push(event);
  risk.changes.sort(compareEvents);
  if (risk.changes.length > MAX_CHANGES) risk.changes.shift();
};

/**
 * Forgets alerts and changes older than twice the decay; tells whether there were any. Both go at the same age: a finding
 * made of an alert and a change counts toward the person's risk only while both are known.
 */
export const forget = (risk: PersonRisk, horizonStart: number, decayDays: number): boolean => {
  const before = risk.alerts.size + risk.changes.length;
  const since = horizonStart - 2 * decayDays * DAY;
  for (const [id, alert] of risk.alerts) if (alert.lastAt < since) risk.alerts.delete(id);
  risk.changes = risk.changes.filter((change) => change.ts >= since);
  return risk.alerts.size + risk.changes.length < before;
};

const inTime = (a: Alert, b: Alert): number => a.raisedAt - b.raisedAt || (a.id < b.id ? -1 : 1);

/** Works out the second level of one person anew. `collect` gives what context.raise was told since the last call. */
export const derive = (
  user: string,
  risk: PersonRisk,
  context: DetectContext,
  collect: () => Map<string, DetectionRecord>,
): Map<string, DetectionRecord> => {
  const alerts = [...risk.alerts.values()].sort(inTime);
  findPrivileged(user, alerts, risk.changes, context, (name) => descriptorOf(name).title);
  const found = collect();
  const counted = alerts.filter((alert) => {
    const { countsForRisk, countsFrom } = descriptorOf(alert.detection);
    return (
      countsForRisk &&
      (context.settings.userRisk?.onlyTelling !== true ||
        countsFrom === undefined ||
        severityRank(alert.severity) >= severityRank(countsFrom))
    );
  });
  for (const record of found.values()) counted.push(alertOf(record));
  findUserRisk(
    user,
    counted.filter((alert) => alert.filtered === null && !alert.retrospective).sort(inTime),
    context,
  );
  for (const [id, record] of collect()) found.set(id, record);
  return found;
};
