import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { SessionRow } from '#shared/ipc/views.ts';
import { BARE_BUTTON } from '../components/bare-button.ts';
import { ONE_LINE } from '../components/one-line.ts';
import { StatusMark } from '../components/StatusMark.tsx';
import { TimeAgo } from '../parts/TimeText.tsx';
import { deviceText, placeText } from '../format/words.ts';
import { openPanel } from '../store/selection-store.ts';
import { Section } from './Section.tsx';

/** Other live sessions of the same account in the same environment. */
export function Siblings({ siblings }: { readonly siblings: readonly SessionRow[] }): ReactNode {
  if (siblings.length === 0) return null;
  return (
    <Section
      title={
        siblings.length === 1
          ? 'Also signed in: 1 session'
          : `Also signed in: ${String(siblings.length)} sessions`
      }
    >
      <Box sx={{ display: 'grid', gap: 1 }}>
        {siblings.map((row) => (
          <Box
            key={row.id}
            component="button"
            type="button"
            onClick={() => {
              openPanel(row);
            }}
            sx={{
              ...BARE_BUTTON,
              display: 'flex',
              gap: 3,
              p: 1,
              borderRadius: 0.5,
              '&:hover': { bgcolor: 'surface.hover' },
            }}
          >
            <StatusMark status={row.status} />
            <Box
              component="span"
              sx={{
                flex: 1,
                minWidth: 0,
                ...ONE_LINE,
              }}
            >
              {[
                row.place === null ? null : placeText(row.place),
                row.device === null ? null : deviceText(row.device),
              ]
                .filter((part) => part !== null && part !== '')
                .join(' · ') || 'place and browser not known'}
            </Box>
            <TimeAgo at={row.lastSeenAt} missing="This store keeps no last activity" />
          </Box>
        ))}
      </Box>
    </Section>
  );
}
