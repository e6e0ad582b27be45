import Checkbox from '@mui/material/Checkbox';
import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { SessionRow } from '#shared/ipc/views.ts';
import { Marks } from '../components/Marks.tsx';
import { StatusMark } from '../components/StatusMark.tsx';
import { Table } from '../components/Table.tsx';
import { TableHead } from '../components/TableHead.tsx';
import { Unknown } from '../components/Unknown.tsx';
import { deviceDetail, deviceText, placeDoubts, placeText } from '../format/words.ts';
import { useMaskedText } from '../parts/Address.tsx';
import { EnvironmentTag } from '../parts/EnvironmentTag.tsx';
import { AddressLink, PersonLink } from '../parts/Links.tsx';
import { OpenSession } from '../parts/OpenSession.tsx';
import { TimeAgo } from '../parts/TimeText.tsx';
import { chosenKey } from '../store/selection-store.ts';
import { useSteadyRows } from './use-steady-rows.ts';

/** Live sessions as a short table; where sessions can be kept, each has a box for that. */
export function LiveSessions(props: {
  readonly rows: readonly SessionRow[];
  readonly person?: boolean;
  readonly kept?: ReadonlySet<string>;
  readonly onKeep?: (row: SessionRow) => void;
}): ReactNode {
  const { kept, onKeep } = props;
  const { rows, watched } = useSteadyRows(props.rows, chosenKey);
  const masked = useMaskedText();
  if (rows.length === 0) return <Box sx={{ color: 'text.secondary' }}>Nobody is signed in here now.</Box>;
  return (
    <Table
      {...watched}
      sx={{
        '& td, & th': { px: 1, verticalAlign: 'middle', whiteSpace: 'nowrap', overflowWrap: 'normal' },
        '& td:first-of-type, & th:first-of-type': { pl: 0 },
        '& td.wide': { maxWidth: 'clamp(6rem, 7.5vw, 16rem)', overflow: 'hidden', textOverflow: 'ellipsis' },
        // Two marks stand below each other before the link to the session leaves the page.
        '& td.marks .wf-marks': { flexWrap: 'wrap', rowGap: 0.5 },
      }}
    >
      <TableHead
        heads={[
          ...(onKeep === undefined ? [] : ['Keep']),
          'Environment',
          ...(props.person === true ? ['Person'] : []),
          'Status',
          'Last seen',
          'Place',
          'Address',
          'Browser · system',
          'Marks',
          'Open',
        ]}
      />
      <tbody>
        {rows.map((row) => (
          <tr key={chosenKey(row)}>
            {onKeep === undefined ? null : (
              <td>
                <Checkbox
                  sx={{ p: 0 }}
                  checked={kept?.has(chosenKey(row)) === true}
                  slotProps={{
                    input: {
                      'aria-label': `Keep the session from ${row.place === null ? 'an unknown place' : placeText(row.place)}`,
                    },
                  }}
                  onChange={() => {
                    onKeep(row);
                  }}
                />
              </td>
            )}
            <td className="name">
              <EnvironmentTag connection={row.connection} />
            </td>
            {props.person === true ? (
              <td>
                {row.account === null ? (
                  <Unknown why="Nobody is signed in to this session" />
                ) : (
                  <PersonLink
                    at={{ connection: row.connection, id: row.account.id }}
                    name={row.account.name}
                  />
                )}
              </td>
            ) : null}
            <td>
              <StatusMark status={row.status} cause={row.cause} />
            </td>
            <td className="name">
              <TimeAgo at={row.lastSeenAt} missing="This store keeps no last activity" />
            </td>
            <td className="wide" title={row.place === null ? undefined : placeDoubts(row.place)}>
              {row.place === null ? <Unknown why="No place is known" /> : placeText(row.place)}
            </td>
            <td className="wide" title={row.ip === null ? undefined : masked(row.ip)}>
              {row.ip === null ? <Unknown why="The store keeps no address" /> : <AddressLink ip={row.ip} />}
            </td>
            <td className="wide" title={row.device === null ? undefined : deviceDetail(row.device)}>
              {row.device === null ? <Unknown why="No user agent is kept" /> : deviceText(row.device)}
            </td>
            <td className="marks">
              <Marks row={row} />
            </td>
            <td>
              <OpenSession row={row} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
