import type { ReadContext } from './context.ts';
import type { Warning } from './store-state.ts';

const MANY = 20;
const SAMPLE = 2_000;

/** Obvious misconfigurations that can be seen in what was read. */
export function storeWarnings(
  { state, flags, adapter }: ReadContext,
  logCleared: boolean,
): readonly Warning[] {
  const warnings: Warning[] = [];
  if (!flags.configured) {
    warnings.push({
      id: 'nobody-privileged',
      message:
        'Nobody counts as privileged. Name roles or accounts under “privileged” in the agent’s configuration.',
    });
  }
  warnings.push(...(adapter.warnings?.() ?? []));
  const address = onlyAddress(state.db);
  if (address !== null) {
    warnings.push({
      id: 'one-address',
      message: `Every session comes from ${address}: the application probably sits behind a proxy whose forwarded address it does not trust.`,
    });
  }
  if (adapter.events === undefined) {
    warnings.push({
      id: 'no-log',
      message: 'The store keeps no log: sign-ins and failures are not reported by it.',
    });
  }
  if (logCleared) {
    warnings.push({
      id: 'log-cleared',
      message:
        'The log of the store was emptied while the agent followed it: events in between may be missing.',
    });
  }
  return warnings;
}

function onlyAddress(db: ReadContext['state']['db']): string | null {
  const row = db
    .prepare<[number], { rows: number; addresses: number; ip: string | null }>(
      `SELECT count(ip) AS rows, count(DISTINCT ip) AS addresses, max(ip) AS ip
       FROM (SELECT ip FROM sessions ORDER BY n DESC LIMIT ?)`,
    )
    .get(SAMPLE);
  return row !== undefined && row.rows >= MANY && row.addresses === 1 ? row.ip : null;
}
