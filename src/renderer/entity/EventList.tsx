import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { AuditRow } from '#shared/ipc/views.ts';
import { Table } from '../components/Table.tsx';
import { Unknown } from '../components/Unknown.tsx';
import { actionTitle, reasonText } from '../format/actions.ts';
import { placeDoubts, placeText } from '../format/words.ts';
import { EnvironmentTag } from '../parts/EnvironmentTag.tsx';
import { AddressLink, EventAccount } from '../parts/Links.tsx';
import { TimeOfDay } from '../parts/TimeText.tsx';

/** Events as short lines, newest first. */
export function EventList(props: {
  readonly events: readonly AuditRow[];
  readonly person?: boolean;
}): ReactNode {
  if (props.events.length === 0) return <Box sx={{ color: 'text.secondary' }}>None in this period.</Box>;
  return (
    <Table
      sx={{
        '& td': { px: 1, whiteSpace: 'nowrap', overflowWrap: 'normal' },
        '& td:first-of-type': { pl: 0 },
        '& td.wide': { maxWidth: 'clamp(7.5rem, 11vw, 18rem)', overflow: 'hidden', textOverflow: 'ellipsis' },
        '& td.rest': { whiteSpace: 'normal', width: '100%' },
      }}
    >
      <tbody>
        {props.events.map((event) => (
          <tr key={`${event.connection} ${event.id}`}>
            <td className="name">
              <TimeOfDay at={event.at} />
            </td>
            <td className="name">
              <EnvironmentTag connection={event.connection} />
            </td>
            <Box
              component="td"
              sx={{ color: event.outcome === 'failure' ? 'severity.high' : 'text.primary' }}
            >
              {actionTitle(event)}
            </Box>
            {props.person === true ? (
              <td>
                <EventAccount event={event} />
              </td>
            ) : (
              <td className="wide">
                {event.ip === null ? <Unknown why="No address is logged" /> : <AddressLink ip={event.ip} />}
              </td>
            )}
            <td className="wide" title={event.place === null ? undefined : placeDoubts(event.place)}>
              {event.place === null ? null : placeText(event.place)}
            </td>
            <Box component="td" className="rest" sx={{ color: 'text.secondary' }}>
              {[event.reason === null ? null : reasonText(event.reason), event.object, event.message]
                .filter((part) => part !== null && part !== '')
                .join(' · ')}
            </Box>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
