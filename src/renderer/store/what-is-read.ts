import type { EnvironmentView } from '#shared/ipc/views.ts';
import { useApp } from './app-store.ts';

/** Whether an empty answer means anything: with no environment, or none that was ever read, it does not. */
export type WhatIsRead = 'unknown' | 'no-environment' | 'nothing-yet' | 'something';

export function whatIsRead(
  environments: readonly Pick<EnvironmentView, 'connection' | 'asOf'>[] | null,
  among: readonly string[] = [],
): WhatIsRead {
  if (environments === null) return 'unknown';
  if (environments.length === 0) return 'no-environment';
  const asked = environments.filter(({ connection }) => among.length === 0 || among.includes(connection));
  // What was mirrored of an environment that is no longer configured was read once.
  if (asked.length === 0) return 'something';
  return asked.some(({ asOf }) => asOf !== null) ? 'something' : 'nothing-yet';
}

export const useWhatIsRead = (among: readonly string[] = []): WhatIsRead =>
  useApp(({ environments }) => whatIsRead(environments, among));
