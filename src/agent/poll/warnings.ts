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
  const address = onlyAddress(state);
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

function onlyAddress({ sessions }: ReadContext['state']): string | null {
  const one = (addresses: readonly string[]): string | null => {
    const [first] = addresses;
    return first !== undefined && addresses.length >= MANY && addresses.every((each) => each === first)
      ? first
      : null;
  };
  // After every look: as a rule the first few differ, and no more are read.
  return one(sessions.latestAddresses(MANY)) === null ? null : one(sessions.latestAddresses(SAMPLE));
}
