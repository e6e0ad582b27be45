import Box from '@mui/material/Box';
import { memo, type ReactNode } from 'react';
import type { SessionAt } from '#shared/ipc/query-contract.ts';
import { Marks } from '../../components/Marks.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { Unknown } from '../../components/Unknown.tsx';
import { causeText } from '../../format/actions.ts';
import { deviceDetail, deviceText, placeDoubts, placeText } from '../../format/words.ts';
import { EnvironmentTag } from '../../parts/EnvironmentTag.tsx';
import { AddressLink, NetworkLink, PersonLink } from '../../parts/Links.tsx';
import { OpenSession } from '../../parts/OpenSession.tsx';
import { TimeOfDay } from '../../parts/TimeText.tsx';
import { ChosenBar } from '../../parts/ChosenBar.tsx';
import { chosenKey, toggleChosen, useSelection } from '../../store/selection-store.ts';

function Line({ row }: { readonly row: SessionAt }): ReactNode {
  const { session, seen, perhaps } = row;
  const { account } = session;
  const place = seen?.place ?? null;
  const network = seen?.network ?? null;
  const device = seen?.device ?? null;
  const ip = seen?.ip ?? null;
  const key = chosenKey(session);
  const chosen = useSelection((state) => state.chosen.has(key));
  return (
    <tr data-chosen={chosen}>
      <td>
        <input
          type="checkbox"
          aria-label={`Select the session of ${account?.name ?? 'nobody'}`}
          checked={chosen}
          // What has ended cannot be ended.
          disabled={session.endedAt !== null && !chosen}
          onChange={() => {
            toggleChosen(session);
          }}
        />
      </td>
      <td>
        <EnvironmentTag connection={session.connection} />
      </td>
      <Box component="td" sx={{ fontWeight: 500 }}>
        {account === null ? (
          <Unknown why="Nobody was signed in to this session" />
        ) : (
          <PersonLink at={{ connection: session.connection, id: account.id }} name={account.name} />
        )}
      </Box>
      <td>
        <TimeOfDay at={session.openedAt} missing="This store does not keep when a session was opened" />
      </td>
      <td className="wide" title={place === null ? undefined : placeDoubts(place)}>
        {place === null ? <Unknown why="No place is known for it at this instant" /> : placeText(place)}
      </td>
      <td className="wide address">
        {ip === null ? <Unknown why="No address is known for it at this instant" /> : <AddressLink ip={ip} />}
      </td>
      <td className="wide">
        {network === null ? <Unknown why="No network is known" /> : <NetworkLink network={network} />}
      </td>
      <td className="wide" title={device === null ? undefined : deviceDetail(device)}>
        {device === null ? <Unknown why="No user agent is kept" /> : deviceText(device)}
      </td>
      <td className="wide ended" title={session.cause === null ? undefined : causeText(session.cause)}>
        {session.endedAt === null ? (
          'still signed in'
        ) : (
          <>
            {perhaps ? (
              <Box
                component="span"
                title="Its end was not watched: it may have ended before this instant already."
                sx={{ color: 'severity.medium', mr: 1 }}
              >
                perhaps
              </Box>
            ) : null}
            <TimeOfDay at={session.endedAt} />
            {session.cause === null ? null : `, ${causeText(session.cause)}`}
          </>
        )}
      </td>
      <td>
        <Marks row={session} />
      </td>
      <td>
        <OpenSession row={session} />
      </td>
    </tr>
  );
}
const SessionLine = memo(Line);

const headsOf = (when: 'then' | 'last'): readonly string[] => [
  'Select',
  'Environment',
  'Person',
  'Signed in',
  `Place ${when}`,
  `Address ${when}`,
  `Network ${when}`,
  'Browser · system',
  'Ended',
  'Marks',
  'Open',
];

/** Sessions as they were at an instant, or as they were seen last. */
export function SessionsThen({
  rows,
  at,
  when = 'then',
}: {
  readonly rows: readonly SessionAt[];
  readonly at: number;
  readonly when?: 'then' | 'last';
}): ReactNode {
  return (
    <>
      <ChosenBar live={rows.flatMap(({ session }) => (session.endedAt === null ? [session] : []))} />
      <Table
        sx={{
          '& td, & th': { px: 1.5, whiteSpace: 'nowrap', overflowWrap: 'normal' },
          '& td.wide': {
            maxWidth: 'clamp(5.75rem, 7vw, 14rem)',
            overflow: 'hidden',
            textOverflow: 'ellipsis',
          },
          '& td.ended': { maxWidth: 'clamp(7.5rem, 9vw, 18rem)' },
          // An IPv4 address is never cut.
          '& td.address': { maxWidth: 'clamp(7.6rem, 9vw, 18rem)' },
        }}
      >
        <TableHead heads={headsOf(when)} />
        <tbody>
          {rows.map((row) => (
            <SessionLine key={`${String(at)} ${chosenKey(row.session)}`} row={row} />
          ))}
        </tbody>
      </Table>
    </>
  );
}
