import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { Preview } from '#shared/ipc/views.ts';
import { useEnvironmentName } from '../parts/EnvironmentTag.tsx';
import { TimeAgo } from '../parts/TimeText.tsx';
import type { Asked } from '../store/respond-store.ts';
import { allAnswered, nothingReached } from './nothing-words.ts';

/** Why nobody is reached: whom each agent was asked for and what it answered, or why it could not be asked. */
export function NothingReached(props: { readonly preview: Preview; readonly asked: Asked }): ReactNode {
  const nameOf = useEnvironmentName();
  return (
    <Box data-testid="nothing-reached" sx={{ display: 'grid', gap: 1.5 }}>
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none', display: 'grid', gap: 1.5 }}>
        {nothingReached(props.preview, props.asked.selection, nameOf).map((line) => (
          <Box component="li" key={line} sx={{ overflowWrap: 'anywhere' }}>
            {line}
          </Box>
        ))}
      </Box>
      <Box sx={{ color: 'text.secondary' }}>
        {allAnswered(props.preview) ? 'Asked ' : 'Tried '}
        <TimeAgo at={props.preview.askedAt} />.
      </Box>
    </Box>
  );
}
