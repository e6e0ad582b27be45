import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { AuditRow } from '#shared/ipc/views.ts';
import { TimeOfDay } from '../parts/TimeText.tsx';
import { actionTitle, reasonText } from '../format/actions.ts';
import { Section } from './Section.tsx';

/** What the store's log says around this session, newest first. */
export function Events({ events }: { readonly events: readonly AuditRow[] }): ReactNode {
  return (
    <Section title="Events of this session">
      {events.length === 0 ? (
        <Box sx={{ color: 'text.secondary' }}>The store has logged nothing for this session.</Box>
      ) : (
        <Box
          component="ol"
          sx={{
            m: 0,
            p: 0,
            listStyle: 'none',
            display: 'grid',
            gridTemplateColumns: 'max-content 1fr',
            columnGap: 4,
            rowGap: 1,
          }}
        >
          {events.map((event) => (
            <Box component="li" key={event.id} sx={{ display: 'contents' }}>
              <Box component="span" sx={{ color: 'text.secondary' }}>
                <TimeOfDay at={event.at} />
              </Box>
              <Box
                component="span"
                sx={{
                  overflowWrap: 'anywhere',
                  color: event.outcome === 'failure' ? 'severity.high' : 'text.primary',
                }}
              >
                {[
                  actionTitle(event),
                  event.reason === null ? null : reasonText(event.reason),
                  event.object,
                  event.message,
                ]
                  .filter((part) => part !== null && part !== '')
                  .join(' · ')}
              </Box>
            </Box>
          ))}
        </Box>
      )}
    </Section>
  );
}
