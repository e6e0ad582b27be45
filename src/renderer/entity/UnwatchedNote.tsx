import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { MINUTE } from '#shared/domain/lengths.ts';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { TextButton } from '../components/TextButton.tsx';
import { unwatchedWords } from '../format/outage-words.ts';
import { useApp } from '../store/app-store.ts';
import { useFromClock } from '../store/clock.ts';
import { goTo } from '../store/route-store.ts';
import { useEngineQuery } from '../store/use-engine-query.ts';

/** Outages that are asked for: enough for a day of an agent that is lost every ten minutes. */
const MOST = 150;

function OfOne({ environment }: { readonly environment: EnvironmentView }): ReactNode {
  const { connection, name, state } = environment;
  const now = useFromClock((at) => Math.ceil(at / MINUTE) * MINUTE);
  const history = useEngineQuery(
    'environments.outages',
    { connection, limit: MOST },
    // Asked again when the environment comes or goes.
    { revision: state.is === 'live' ? now : now + 1 },
  );
  const words = history.is === 'ready' ? unwatchedWords(history.value, now) : null;
  if (words === null) return null;
  return (
    <TextButton
      testId="unwatched-note"
      tone="warning"
      title="What began and ended meanwhile may be missing here. Press to see when that was."
      onPress={() => {
        goTo('environments', connection);
      }}
    >
      {`⚠ ${name} ${words}`}
    </TextButton>
  );
}

/** Says beside a list for how long of the last day nobody watched what it shows, by environment. */
export function UnwatchedNote({ among }: { readonly among: readonly ConnectionId[] }): ReactNode {
  const environments = useApp((state) => state.environments) ?? [];
  const shown = environments.filter(
    ({ connection, asOf }) => asOf !== null && (among.length === 0 || among.includes(connection)),
  );
  if (shown.length === 0) return null;
  return (
    <Box component="span" sx={{ typography: 'caption', display: 'inline-flex', gap: 2, flexWrap: 'wrap' }}>
      {shown.map((environment) => (
        <OfOne key={environment.connection} environment={environment} />
      ))}
    </Box>
  );
}
