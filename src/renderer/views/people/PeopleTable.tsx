import Box from '@mui/material/Box';
import { memo, type ReactNode } from 'react';
import { riskLevel } from '#shared/domain/risk.ts';
import type { PersonRow } from '#shared/ipc/people-views.ts';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { Unknown } from '../../components/Unknown.tsx';
import { count, countryName } from '../../format/words.ts';
import { EnvironmentTag } from '../../parts/EnvironmentTag.tsx';
import { PersonLink } from '../../parts/Links.tsx';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { PersonMarks } from '../../entity/PersonMarks.tsx';

const MOST_COUNTRIES = 4;

const LEVEL_COLOURS = { usual: 'text.primary', some: 'severity.medium', much: 'severity.high' } as const;

/** The figure says it; colour and weight only stress it, as in the list of sessions. */
function Risk({ value, live }: { readonly value: number | null; readonly live: number }): ReactNode {
  if (value === null) {
    return (
      <td className="number">
        <Unknown why={live === 0 ? 'Not signed in now' : 'No sign-in of a live session has a score'} />
      </td>
    );
  }
  const level = riskLevel(value);
  return (
    <Box
      component="td"
      className="number"
      title={`The worst risk of the live sessions’ sign-ins: ${String(value)} of 100`}
      sx={{ color: LEVEL_COLOURS[level], fontWeight: level === 'usual' ? 400 : 600 }}
    >
      {value}
    </Box>
  );
}

function Line({ row }: { readonly row: PersonRow }): ReactNode {
  const environments = [...new Set(row.accounts.map(({ connection }) => connection))];
  const names = [...new Set(row.accounts.map(({ name }) => name))].filter((name) => name !== row.name);
  return (
    <tr>
      <Box component="td" sx={{ fontWeight: 500 }}>
        <PersonLink at={row.at} name={row.name} />
        {names.length === 0 ? null : (
          <Box
            component="span"
            sx={{ color: 'text.secondary', fontWeight: 400 }}
          >{` · also ${names.join(', ')}`}</Box>
        )}
      </Box>
      <td>
        <PersonMarks person={row} otherwise={<Unknown why="No marks on this person" />} />
      </td>
      <td>
        <Box component="span" sx={{ display: 'inline-flex', gap: 3, flexWrap: 'wrap' }}>
          {environments.map((connection) => (
            <EnvironmentTag key={connection} connection={connection} />
          ))}
        </Box>
      </td>
      <Risk value={row.risk} live={row.live} />
      <td className="number">{row.live === 0 ? <Unknown why="Not signed in now" /> : count(row.live)}</td>
      <Box
        component="td"
        title={row.countries.map(countryName).join('\n')}
        sx={{ color: row.countries.length > 1 ? 'severity.medium' : undefined, whiteSpace: 'nowrap' }}
      >
        {row.countries.length === 0 ? (
          <Unknown why="No place is known for the live sessions" />
        ) : (
          `${row.countries.slice(0, MOST_COUNTRIES).join(', ')}${row.countries.length > MOST_COUNTRIES ? ` +${String(row.countries.length - MOST_COUNTRIES)}` : ''}`
        )}
      </Box>
      <td className="number">
        {row.addresses === 0 ? <Unknown why="No address is kept" /> : count(row.addresses)}
      </td>
      <td className="name">
        <TimeAgo at={row.lastSeenAt} missing="Not signed in now, or the store keeps no last activity" />
      </td>
    </tr>
  );
}
const PersonLine = memo(Line);

/** People as rows. Pages are short enough to stand in the document whole. */
export function PeopleTable({ rows }: { readonly rows: readonly PersonRow[] }): ReactNode {
  return (
    <Table sx={{ '& thead th': { position: 'sticky', top: 0, bgcolor: 'background.paper', zIndex: 1 } }}>
      <TableHead
        heads={[
          'Person',
          'Marks',
          'Environments',
          { number: 'Risk' },
          { number: 'Live' },
          'Countries',
          { number: 'Addresses' },
          'Last seen',
        ]}
      />
      <tbody>
        {rows.map((row) => (
          <PersonLine key={`${row.at.connection} ${row.at.id}`} row={row} />
        ))}
      </tbody>
    </Table>
  );
}
