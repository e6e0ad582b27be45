import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { AuditRow } from '#shared/ipc/views.ts';
import { TimeOfDay } from '../parts/TimeText.tsx';
import { actionTitle, reasonText } from '../format/actions.ts';
import { Section } from './Section.tsx';

/** What the store's log says of this session, newest first; what only seems to belong to it is marked. */
export function Events(props: {
  readonly events: readonly AuditRow[];
  readonly inferred: readonly AuditRow[];
}): ReactNode {
  const { events, inferred } = props;
  const told = [
    ...events.map((event) => ({ event, isInferred: false })),
    ...inferred.map((event) => ({ event, isInferred: true })),
  ].sort((a, b) => b.event.at - a.event.at);
  return (
    <Section title="Events of this session">
      {told.length === 0 ? (
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
          {told.map(({ event, isInferred }) => (
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
                {isInferred ? (
                  <Box
                    component="span"
                    title="The store’s log names no session for it: same account, an address of this session, while it was open"
                    sx={{ color: 'text.secondary', fontStyle: 'italic' }}
                  >
                    {' · inferred'}
                  </Box>
                ) : null}
              </Box>
            </Box>
          ))}
        </Box>
      )}
    </Section>
  );
}
