import { severityRank } from '#shared/domain/detection.ts';
import { maskAddressesIn } from '#shared/domain/mask-address.ts';
import type { DetectionAlert } from '#shared/ipc/engine-process.ts';
import type { Settings } from '#shared/ipc/main-contract.ts';

/** What the system is asked to show. */
export interface Alert {
  readonly title: string;
  readonly body: string;
  /** Where a click leads, as the window's own address. */
  readonly hash: string;
}

/**
 * What a person who subscribed is told of new detections: one by name, several as one message, so that an attack does
 * not bury the desktop. Null: nothing of it was subscribed to.
 */
export function alertOf(
  newest: readonly DetectionAlert[],
  settings: Pick<Settings, 'notifyDetections' | 'notifyConnections' | 'maskAddresses'>,
): Alert | null {
  const { notifyDetections: least, notifyConnections, maskAddresses } = settings;
  if (least === 'none') return null;
  const told = newest.filter(
    ({ severity, connection }) =>
      severityRank(severity) >= severityRank(least) &&
      (notifyConnections.length === 0 || notifyConnections.includes(connection)),
  );
  const worst = told.reduce<DetectionAlert | null>(
    (found, one) =>
      found === null || severityRank(one.severity) > severityRank(found.severity) ? one : found,
    null,
  );
  if (worst === null) return null;
  const where = worst.environment === '' ? '' : ` in ${worst.environment}`;
  const about = maskAddresses ? maskAddressesIn(worst.about) : worst.about;
  const body = `${about}${where}`;
  if (told.length === 1) {
    return {
      title: `${capital(worst.severity)}: ${worst.title}`,
      body,
      hash: `#/detections/${encodeURIComponent(worst.connection)}/${encodeURIComponent(worst.id)}`,
    };
  }
  return {
    title: `${String(told.length)} new detections`,
    body: `The worst, ${worst.severity}: ${worst.title}, ${body}`,
    hash: '#/detections',
  };
}
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** Gathers what arrives for a moment, then shows it as one message. */
export function createAlerts(options: {
  readonly settings: () => Settings;
  readonly show: (alert: Alert) => void;
  /** How long more is waited for, ms. */
  readonly gatherMs: number;
}): { readonly add: (newest: readonly DetectionAlert[]) => void } {
  let waiting: DetectionAlert[] = [];
  let timer: NodeJS.Timeout | null = null;
  return {
    add: (newest) => {
      // Without a subscription nothing is gathered either.
      if (alertOf(newest, options.settings()) === null) return;
      waiting.push(...newest);
      timer ??= setTimeout(() => {
        timer = null;
        const alert = alertOf(waiting, options.settings());
        waiting = [];
        if (alert !== null) options.show(alert);
      }, options.gatherMs);
    },
  };
}
