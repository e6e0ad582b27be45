import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { SessionObservation } from '#shared/ipc/views.ts';
import { Address } from '../parts/Address.tsx';
import { TimeOfDay } from '../parts/TimeText.tsx';
import { deviceText, networkText, placeText } from '../format/words.ts';
import { Section } from './Section.tsx';

/** What was seen of a session from when on, newest first: a change of address or browser shows as a new step. */
export function Observations({
  observations,
}: {
  readonly observations: readonly SessionObservation[];
}): ReactNode {
  if (observations.length === 0) return null;
  const newestFirst = [...observations].sort((a, b) => b.at - a.at);
  return (
    <Section title="Seen with">
      <Box component="ol" sx={{ m: 0, p: 0, listStyle: 'none', display: 'grid', gap: 2 }}>
        {newestFirst.map((seen, index) => {
          const older = newestFirst[index + 1];
          const moved = older !== undefined && older.ip !== seen.ip;
          const words = [
            seen.place === null ? null : placeText(seen.place),
            seen.network === null ? null : networkText(seen.network),
            seen.device === null ? null : deviceText(seen.device),
          ].filter((part) => part !== null && part !== '');
          return (
            <Box
              component="li"
              key={`${String(seen.at)} ${String(index)}`}
              sx={{ borderLeft: 2, borderColor: moved ? 'primary.main' : 'divider', pl: 3 }}
            >
              <Box sx={{ display: 'flex', gap: 3, flexWrap: 'wrap' }}>
                <TimeOfDay at={seen.at} />
                <Address ip={seen.ip} />
                {moved ? <span>new address</span> : null}
              </Box>
              <Box sx={{ color: 'text.secondary', overflowWrap: 'anywhere' }}>{words.join(' · ')}</Box>
            </Box>
          );
        })}
      </Box>
    </Section>
  );
}
