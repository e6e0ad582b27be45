import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { Preview, PreviewPart } from '#shared/ipc/views.ts';
import { EnvironmentTag } from '../parts/EnvironmentTag.tsx';
import { TimeAgo } from '../parts/TimeText.tsx';
import { Unknown } from '../components/Unknown.tsx';
import { count } from '../format/words.ts';
import { Table } from '../components/Table.tsx';
import { TableHead } from '../components/TableHead.tsx';

function Reached({
  part,
}: {
  readonly part: Exclude<PreviewPart, { readonly is: 'unavailable' }>;
}): ReactNode {
  const { reach } = part;
  return (
    <>
      <td className="number">{count(reach.sessions)}</td>
      <td className="number">{count(reach.accounts)}</td>
      <Box
        component="td"
        className="number"
        sx={reach.privileged > 0 ? { color: 'severity.medium', fontWeight: 600 } : {}}
      >
        {count(reach.privileged)}
      </Box>
      <td className="number">{count(reach.service)}</td>
      <td>
        {reach.own === 0 ? <Unknown why="None of these is your own session" /> : `${count(reach.own)} yours`}
      </td>
    </>
  );
}

/** Numbers by environment, as the agents counted them. */
export function PreviewTable({ preview }: { readonly preview: Preview }): ReactNode {
  return (
    <Table>
      <TableHead
        heads={[
          'Environment',
          { number: 'Sessions' },
          { number: 'Accounts' },
          { number: 'Privileged' },
          { number: 'Service' },
          'Own',
        ]}
      />
      <tbody>
        {preview.parts.map((part) => (
          <tr key={part.connection}>
            <th scope="row" className="name">
              <EnvironmentTag connection={part.connection} tier="shown" />
              {part.is === 'unasked' ? (
                <Box component="div" sx={{ color: 'severity.medium' }}>
                  not reached; as seen <TimeAgo at={part.asOf} missing="Nothing was seen there yet" />
                </Box>
              ) : null}
            </th>
            {part.is !== 'unavailable' ? (
              <Reached part={part} />
            ) : (
              <td colSpan={5}>{`${part.problem.message} ${part.problem.advice ?? ''}`}</td>
            )}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
