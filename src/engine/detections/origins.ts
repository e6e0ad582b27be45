import type { DetectionEvidence } from '#shared/domain/detection.ts';
import type { Device } from '#shared/domain/place.ts';
import type { FindingOrigin } from '#shared/ipc/detections-views.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { knownEntries } from '../mirror/known-entries.ts';
import { readValue, readValues } from '../mirror/statements.ts';

const MOST_ORIGINS = 6;
/** Figures that have an address of their own: the ends that a finding sets against each other. */
const ENDS = ['from', 'before', 'first', 'success', 'to', 'after', 'second', 'failure'] as const;

const ipOf = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const { ip } = value as { readonly ip?: unknown };
  return typeof ip === 'string' && ip !== '' ? [ip] : [];
};

/** Clients that a person's sessions showed at an address, the latest first. */
const CLIENTS = `SELECT o.device FROM observation o JOIN session s ON s.key = o.session
  WHERE o.address = @address AND s.account = @account AND o.device > 0
  GROUP BY o.device ORDER BY max(o.at) DESC LIMIT 3`;

/**
 * The addresses that a finding is about, the one that raised it last, with what the mirror knows of their networks and
 * of the clients behind them: whether it can be a VPN or a phone is answered from this.
 *
 * @param account key of the account it is about: where no event shows a client, its sessions may
 * @param raisedBy the event that raised it, if it is mirrored
 */
export function originsOf(
  db: ReadableDb,
  account: number | null,
  evidence: DetectionEvidence,
  events: readonly AuditRow[],
  raisedBy: AuditRow | null,
): { readonly origins: readonly FindingOrigin[]; readonly more: number } {
  const figures: Readonly<Record<string, unknown>> = evidence;
  const { sessions } = figures;
  const inOrder = [
    ...events.flatMap(ipOf),
    ...(Array.isArray(sessions) ? sessions.flatMap(ipOf) : []),
    ...ENDS.flatMap((end) => ipOf(figures[end])),
    ...ipOf(figures),
    ...ipOf(raisedBy),
  ];
  // The last mention counts: what raised it stands last.
  const ips = [...new Set(inOrder.reverse())].reverse();
  const entries = knownEntries(db);
  const origins = ips.slice(-MOST_ORIGINS).map((ip): FindingOrigin => {
    const key = readValue(db, 'SELECT key FROM address WHERE ip = ?', [ip]);
    const known = entries.address(typeof key === 'number' ? key : null);
    const devices = new Map<string, Device>();
    for (const event of events)
      if (event.ip === ip && event.device !== null) devices.set(event.device.key, event.device);
    if (devices.size === 0 && account !== null && typeof key === 'number') {
      for (const client of readValues(db, CLIENTS, { account, address: key })) {
        const device = typeof client === 'number' ? entries.device(client)?.device : null;
        if (device) devices.set(device.key, device);
      }
    }
    return {
      ip,
      place: known?.place ?? null,
      network: known?.network ?? null,
      devices: [...devices.values()],
    };
  });
  return { origins, more: ips.length - origins.length };
}
