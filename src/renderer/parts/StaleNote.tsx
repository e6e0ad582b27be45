import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { TextButton } from '../components/TextButton.tsx';
import { relativeTime } from '../format/time.ts';
import { useApp } from '../store/app-store.ts';
import { useFromClock } from '../store/clock.ts';
import { goTo } from '../store/route-store.ts';

const NAMED = 2;

/** Environments whose sessions are shown but not live: the mirror may lag behind the store. */
function notLive(
  environments: readonly EnvironmentView[],
  among: readonly ConnectionId[],
  what: 'sessions' | 'everything',
): EnvironmentView[] {
  return environments.filter(
    ({ connection, state, liveSessions, asOf }) =>
      state.is !== 'live' &&
      (what === 'sessions' ? liveSessions > 0 : asOf !== null) &&
      (among.length === 0 || among.includes(connection)),
  );
}

/** Which part of what is shown is old, and since when; empty where nothing is. */
export function useStaleWords(
  among: readonly ConnectionId[],
  of: 'sessions' | 'everything' = 'sessions',
): string {
  const stale = notLive(useApp((state) => state.environments) ?? [], among, of);
  return useFromClock((now) =>
    stale.length > NAMED
      ? `${String(stale.length)} environments are not live`
      : stale
          .map(({ name, asOf }) => `${name} as of ${asOf === null ? 'never' : relativeTime(asOf, now)}`)
          .join(', '),
  );
}

/** Says beside the data which part of it is old, and since when. */
export function StaleNote(props: {
  readonly among: readonly ConnectionId[];
  /** What is shown: sessions (none, none are old), or whatever an environment tells of, whose silence is old too. */
  readonly of?: 'sessions' | 'everything';
}): ReactNode {
  const { among, of = 'sessions' } = props;
  const text = useStaleWords(among, of);
  const [first] = notLive(useApp((state) => state.environments) ?? [], among, of);
  if (first === undefined) return null;
  return (
    <Box component="span" sx={{ typography: 'caption' }}>
      <TextButton
        testId="stale-note"
        tone="warning"
        title="Not live: what is shown is what was read last. Press to see why."
        onPress={() => {
          goTo('environments', first.connection);
        }}
      >
        {`⚠ ${text}`}
      </TextButton>
    </Box>
  );
}
