import Box from '@mui/material/Box';
import { memo, type ReactNode } from 'react';
import type { AuditRow } from '#shared/ipc/views.ts';
import { Address } from '../../parts/Address.tsx';
import { AddressLink, NetworkLink, PersonLink } from '../../parts/Links.tsx';
import { EnvironmentTag } from '../../parts/EnvironmentTag.tsx';
import { Table } from '../../components/Table.tsx';
import { Unknown } from '../../components/Unknown.tsx';
import { actionTitle, reasonText } from '../../format/actions.ts';
import { bothTimes, clockTime, shortDate } from '../../format/time.ts';
import { deviceDetail, deviceText, networkDetail, placeDoubts, placeText } from '../../format/words.ts';
import { openPanel } from '../../store/selection-store.ts';
import { useSettings } from '../../store/settings-store.ts';

const NO_ADDRESS = 'The store does not log an address for this event';

function what(row: AuditRow): string {
  return [
    row.reason === null ? null : reasonText(row.reason),
    row.object,
    row.message,
    row.actor === null ? null : `by ${row.actor}`,
  ]
    .filter((part) => part !== null && part !== '')
    .join(' · ');
}

function Row({ row }: { readonly row: AuditRow }): ReactNode {
  const zone = useSettings((state) => state.settings.timeZone);
  const { sessionId, device } = row;
  const words = device === null ? '' : deviceText(device);
  return (
    <tr>
      <Box component="td" sx={(theme) => ({ ...theme.typography.mono, whiteSpace: 'nowrap' })}>
        <time dateTime={new Date(row.at).toISOString()} title={bothTimes(row.at)}>
          {shortDate(row.at, zone)} {clockTime(row.at, zone)}
        </time>
      </Box>
      <td className="name">
        <EnvironmentTag connection={row.connection} />
      </td>
      <Box
        component="td"
        sx={{ fontWeight: 500, color: row.outcome === 'failure' ? 'severity.high' : 'text.primary' }}
      >
        {actionTitle(row)}
      </Box>
      <td title={row.account?.name}>
        {row.account === null ? (
          <Unknown why="The event names no account" />
        ) : row.account.id === null ? (
          row.account.name
        ) : (
          <PersonLink at={{ connection: row.connection, id: row.account.id }} name={row.account.name} />
        )}
      </td>
      <td>{row.ip === null ? <Address ip={null} /> : <AddressLink ip={row.ip} />}</td>
      <td>
        {row.place === null ? (
          <Unknown why={NO_ADDRESS} />
        ) : (
          <span title={placeDoubts(row.place)}>{placeText(row.place)}</span>
        )}
      </td>
      <td>
        {row.network === null ? (
          <Unknown why={NO_ADDRESS} />
        ) : (
          <span title={networkDetail(row.network)}>
            <NetworkLink network={row.network} />
          </span>
        )}
      </td>
      <td>
        {device === null || words === '' ? (
          <Unknown why="The event carries no user agent that is known" />
        ) : (
          <span title={deviceDetail(device)}>{words}</span>
        )}
      </td>
      <Box component="td" className="details" title={what(row)}>
        {what(row)}
      </Box>
      <td>
        {sessionId === null ? null : (
          <Box
            component="button"
            type="button"
            aria-label={`Open the session of this event: ${row.account?.name ?? 'no account'}`}
            onClick={() => {
              openPanel({ connection: row.connection, id: sessionId });
            }}
            sx={{
              border: 0,
              p: 0,
              bgcolor: 'transparent',
              color: 'accent.text',
              font: 'inherit',
              cursor: 'pointer',
            }}
          >
            Session
          </Box>
        )}
      </td>
    </tr>
  );
}
const AuditLine = memo(Row);

const HEADS = [
  'Time',
  'Environment',
  'Action',
  'Person',
  'Address',
  'Place',
  'Network',
  'Browser · system',
  'Details',
];

/** Events as rows. Pages are short enough to stand in the document whole. */
export function AuditTable({ rows }: { readonly rows: readonly AuditRow[] }): ReactNode {
  return (
    <Table
      sx={{
        '& thead th': { position: 'sticky', top: 0, bgcolor: 'background.paper' },
        '& td': {
          whiteSpace: 'nowrap',
          maxWidth: '16rem',
          overflow: 'hidden',
          textOverflow: 'ellipsis',
        },
        '& td.details': { maxWidth: '28rem' },
      }}
    >
      <thead>
        <tr>
          {HEADS.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
          <th scope="col">Open</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <AuditLine key={`${row.connection} ${row.id}`} row={row} />
        ))}
      </tbody>
    </Table>
  );
}
