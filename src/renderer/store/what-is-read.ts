import type { DemoState } from '#shared/ipc/main-contract.ts';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { useApp } from './app-store.ts';

/**
 * Whether an empty answer means anything: with no environment, or none that was ever read, it does not.
 * `demo-starting`: there is none because its agents begin only now. `first-reading`: an agent is being read for the first
 * time, and nothing says that it will not be.
 */
export type WhatIsRead =
  'unknown' | 'no-environment' | 'demo-starting' | 'first-reading' | 'nothing-yet' | 'something';

type Seen = Pick<EnvironmentView, 'connection' | 'asOf' | 'state'>;

export function whatIsRead(
  environments: readonly Seen[] | null,
  demo: DemoState,
  among: readonly string[] = [],
): WhatIsRead {
  if (environments === null) return 'unknown';
  if (environments.length === 0) {
    return demo.agents.some(({ starting }) => starting) ? 'demo-starting' : 'no-environment';
  }
  const asked = environments.filter(({ connection }) => among.length === 0 || among.includes(connection));
  // What was mirrored of an environment that is no longer configured was read once.
  if (asked.length === 0) return 'something';
  if (asked.some(({ asOf }) => asOf !== null)) return 'something';
  return asked.some(isUnderWay) ? 'first-reading' : 'nothing-yet';
}

const isUnderWay = ({ state }: Seen): boolean =>
  state.is === 'syncing' || state.is === 'live' || (state.is === 'connecting' && state.attempt <= 1);

export const useWhatIsRead = (among: readonly string[] = []): WhatIsRead =>
  useApp(({ environments, demo }) => whatIsRead(environments, demo, among));
