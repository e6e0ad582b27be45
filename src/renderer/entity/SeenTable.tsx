import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState, type ReactNode } from 'react';
import type { Seen } from '#shared/ipc/people-views.ts';
import { Table } from '../components/Table.tsx';
import { TableHead } from '../components/TableHead.tsx';
import { count } from '../format/words.ts';
import { TimeAgo } from '../parts/TimeText.tsx';
import { useSteadyRows } from './use-steady-rows.ts';

const FEW = 6;

/** What was seen, how often, first and last; the latest first. */
export function SeenTable<T>(props: {
  readonly head: string;
  readonly rows: readonly Seen<T>[];
  readonly show: (what: T) => ReactNode;
  readonly id: (what: T) => string;
  readonly few?: number;
}): ReactNode {
  const [all, setAll] = useState(false);
  const few = props.few ?? FEW;
  const steady = useSteadyRows(props.rows, ({ what }) => props.id(what));
  if (steady.rows.length === 0) {
    return <Box sx={{ color: 'text.secondary' }}>None in this period.</Box>;
  }
  const rows = all ? steady.rows : steady.rows.slice(0, few);
  return (
    <>
      <Table
        {...steady.watched}
        sx={{
          '& td, & th': { px: 0.75 },
          // A name breaks between its words, not inside one.
          '& td:first-of-type': { overflowWrap: 'break-word', wordBreak: 'normal' },
          '& .number': { width: '1%' },
          '& td:first-of-type, & th:first-of-type': { pl: 0 },
        }}
      >
        <TableHead
          heads={[
            props.head,
            { number: 'Sessions' },
            { number: 'Sign-ins', title: 'Sign-ins and failed sign-ins' },
            { number: 'First' },
            { number: 'Last' },
          ]}
        />
        <tbody>
          {rows.map((row) => (
            <tr key={props.id(row.what)}>
              <td>{props.show(row.what)}</td>
              <td className="number">{count(row.sessions)}</td>
              <td className="number">
                {count(row.signIns)}
                {row.failures === 0 ? null : (
                  <Box
                    component="span"
                    sx={{ color: 'severity.high' }}
                  >{` · ${count(row.failures)} failed`}</Box>
                )}
              </td>
              <td className="number">
                <TimeAgo at={row.first} />
              </td>
              <td className="number">
                <TimeAgo at={row.last} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {steady.rows.length <= few ? null : (
        <Button
          variant="text"
          sx={{ mt: 1 }}
          aria-expanded={all}
          onClick={() => {
            setAll(!all);
          }}
        >
          {all ? 'Fewer' : `All ${count(steady.rows.length)}`}
        </Button>
      )}
    </>
  );
}
