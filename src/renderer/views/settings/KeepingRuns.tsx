import type { ReactNode } from 'react';
import Typography from '@mui/material/Typography';
import type { RetentionRun } from '#shared/ipc/mirror-contract.ts';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { shortDate } from '../../format/time.ts';
import { useSettings } from '../../store/settings-store.ts';

const SHOWN = 8;
const CAUSES = { age: 'too old', size: 'mirror too large', person: 'a person was erased' } as const;

/** What was deleted lately, and why. */
export function KeepingRuns(props: { readonly runs: readonly RetentionRun[] }): ReactNode {
  const zone = useSettings((state) => state.settings.timeZone);
  if (props.runs.length === 0) {
    return <Typography sx={{ color: 'text.secondary', mt: 2 }}>Nothing has been deleted so far.</Typography>;
  }
  return (
    <Table sx={{ maxWidth: '44rem', mt: 2 }} aria-label="Deleted lately">
      <TableHead heads={['Deleted on', 'What', 'Why', { number: 'Rows' }, 'Archive']} />
      <tbody>
        {props.runs.slice(0, SHOWN).map((run, at) => (
          <tr key={`${String(run.at)} ${String(at)}`}>
            <td className="name">{shortDate(run.at, zone)}</td>
            <td>{run.kind === 'person' ? 'everything about them' : run.kind}</td>
            <td>
              {run.before === null
                ? CAUSES[run.cause]
                : `${CAUSES[run.cause]}: before ${shortDate(run.before, zone)}`}
            </td>
            <td className="number">{run.rows.toLocaleString('en')}</td>
            <td>{run.archive ?? 'none'}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
