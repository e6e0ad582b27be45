import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { DetectionDetail } from '#shared/ipc/detections-views.ts';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { TextButton } from '../../components/TextButton.tsx';
import { Unknown } from '../../components/Unknown.tsx';
import { actionTitle, reasonText } from '../../format/actions.ts';
import { deviceText, placeText } from '../../format/words.ts';
import { Address } from '../../parts/Address.tsx';
import { AddressLink, DeviceLink, EventAccount, NetworkLink } from '../../parts/Links.tsx';
import { TimeOfDay } from '../../parts/TimeText.tsx';
import { openPanel } from '../../store/selection-store.ts';
import { CardSection } from './CardSection.tsx';

/** The events that the detection rests on, oldest first. */
export function EventList({ detail }: { readonly detail: DetectionDetail }): ReactNode {
  const { events, row } = detail;
  const more = row.events - events.length;
  return (
    <CardSection
      title="Events it rests on"
      aside={more > 0 ? `${String(events.length)} of ${String(row.events)}` : String(events.length)}
    >
      {events.length === 0 ? (
        <Box sx={{ color: 'text.secondary' }}>
          It rests on session states, or its events are no longer mirrored; the evidence above was kept.
        </Box>
      ) : (
        <Table
          sx={{
            // Of a fixed width, so that a narrow card shows all columns; what does not fit is cut, not pushed out.
            tableLayout: 'fixed',
            '& th:first-of-type': { width: '6.5rem' },
            '& th:nth-of-type(2)': { width: '22%' },
            '& td': { whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' },
          }}
        >
          <TableHead heads={['Time', 'Event', 'Person', 'Address', 'Place', 'Network', 'Device']} />
          <tbody>
            {events.map((event) => {
              const { sessionId } = event;
              const words = `${actionTitle(event)}${event.reason === null ? '' : ` · ${reasonText(event.reason)}`}`;
              return (
                <tr key={event.id}>
                  <td>
                    <TimeOfDay at={event.at} />
                  </td>
                  <Box
                    component="td"
                    sx={{ color: event.outcome === 'failure' ? 'severity.high' : 'text.primary' }}
                  >
                    {sessionId === null ? (
                      words
                    ) : (
                      <TextButton
                        title="Open the session"
                        tone={event.outcome === 'failure' ? 'failure' : 'link'}
                        onPress={() => {
                          openPanel({ connection: event.connection, id: sessionId });
                        }}
                      >
                        {words}
                      </TextButton>
                    )}
                  </Box>
                  <td>
                    <EventAccount event={event} />
                  </td>
                  <td>{event.ip === null ? <Address ip={null} /> : <AddressLink ip={event.ip} />}</td>
                  <td>
                    {event.place === null ? <Unknown why="No place is known" /> : placeText(event.place)}
                  </td>
                  <td>
                    {event.network === null ? (
                      <Unknown why="No network is known" />
                    ) : (
                      <NetworkLink network={event.network} />
                    )}
                  </td>
                  <td>
                    {event.device === null || deviceText(event.device) === '' ? (
                      <Unknown why="No user agent is known" />
                    ) : (
                      <DeviceLink device={event.device.key}>{deviceText(event.device)}</DeviceLink>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </Table>
      )}
    </CardSection>
  );
}
