import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState, type ReactNode } from 'react';
import type { JournalVerdict } from '#shared/ipc/journal-views.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { useMaskedText } from '../../parts/Address.tsx';
import { Asked } from '../../parts/Asked.tsx';
import { TimeOfDay } from '../../parts/TimeText.tsx';
import { count, counted } from '../../format/words.ts';
import { saveHeads, verifyJournal, verifyWithHeads } from '../../store/response-actions.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { useTask } from '../../store/use-task.ts';
import { actionWords, entryDetails } from './journal-words.ts';

const PAGE = 100;

function Verdict({ verdict }: { readonly verdict: JournalVerdict }): ReactNode {
  const { faults, entries, agents = [] } = verdict;
  const [first] = faults;
  if (first !== undefined) {
    return (
      <ProblemBox
        problem={{
          code: 'JOURNAL',
          message: `The journal is not as it was written: ${faults
            .slice(0, 5)
            .map(({ message }) => message)
            .join(' ')}${faults.length > 5 ? ` And ${count(faults.length - 5)} more.` : ''}`,
          advice: 'Keep a copy of the profile as it is. What agents recorded themselves is in their audit.',
        }}
      />
    );
  }
  const signed = agents.filter(({ heads }) => heads > 0).length;
  return (
    <Typography role="status">
      {`${counted(entries, 'entry', 'entries')}, every one as it was written`}
      {agents.length === 0
        ? '.'
        : `; ${counted(signed, 'agent')} of ${String(agents.length)} confirmed what they have signed.`}
    </Typography>
  );
}

/** What operators did, newest first, and whether it still is what was written. */
export function JournalList(): ReactNode {
  const [limit, setLimit] = useState(PAGE);
  const answer = useEngineQuery('journal.page', { before: null, limit });
  const [verdict, setVerdict] = useState<JournalVerdict | null>(null);
  const masked = useMaskedText();
  const task = useTask();
  const verify = (ask: () => Promise<JournalVerdict | null>) =>
    void task.run(async () => {
      const found = await ask();
      if (found !== null) setVerdict(found);
      answer.again();
    });
  if (answer.is !== 'ready') return <Asked answer={answer} what="the journal" lines={8} />;
  const { rows, total } = answer.value;
  return (
    <Box sx={{ px: 4, py: 2, display: 'grid', gap: 2 }}>
      <Box sx={{ display: 'flex', gap: 2, flexWrap: 'wrap', alignItems: 'center' }}>
        <Button
          disabled={task.busy}
          onClick={() => {
            verify(() => verifyJournal([]));
          }}
        >
          Verify
        </Button>
        <Button
          variant="text"
          disabled={task.busy}
          onClick={() => {
            verify(verifyWithHeads);
          }}
        >
          Verify with exported heads…
        </Button>
        <Button variant="text" onClick={() => void saveHeads()}>
          Export heads…
        </Button>
        {verdict === null ? null : <Verdict verdict={verdict} />}
      </Box>
      {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      {rows.length === 0 ? (
        <EmptyState title="Nothing has been done here yet">
          Commands, approvals, changed settings, exports and masked addresses that were looked at are written
          down here, each bound to the one before it.
        </EmptyState>
      ) : (
        <Table data-testid="journal">
          <TableHead heads={[{ number: '#' }, 'When', 'Who', 'What', 'Details']} />
          <tbody>
            {rows.map((entry) => (
              <tr key={entry.seq} title={`SHA-256 ${entry.hash}`}>
                <td className="number">{entry.seq}</td>
                <td className="name">
                  <TimeOfDay at={entry.at} />
                </td>
                <td className="name">{entry.by.name === '' ? (entry.by.id ?? 'operator') : entry.by.name}</td>
                <th scope="row">{actionWords(entry.action)}</th>
                <td>{masked(entryDetails(entry))}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {total > rows.length && limit < 500 ? (
        <Button
          variant="text"
          sx={{ justifySelf: 'start' }}
          onClick={() => {
            setLimit(500);
          }}
        >
          {`Show more of ${count(total)}`}
        </Button>
      ) : null}
    </Box>
  );
}
