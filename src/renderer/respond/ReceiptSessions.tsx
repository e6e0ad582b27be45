import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState, type ReactNode } from 'react';
import type { ReceiptOutcome } from '#shared/ipc/respond-contract.ts';
import type { OperationView } from '#shared/ipc/views.ts';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { Table } from '../components/Table.tsx';
import { TableHead } from '../components/TableHead.tsx';
import { Unknown } from '../components/Unknown.tsx';
import { Waiting } from '../components/Waiting.tsx';
import { EnvironmentTag } from '../parts/EnvironmentTag.tsx';
import { TimeAgo } from '../parts/TimeText.tsx';
import { count } from '../format/words.ts';
import { openPanel } from '../store/selection-store.ts';
import { useEngineQuery } from '../store/use-engine-query.ts';
import { OUTCOME_WORDS } from './receipt-words.ts';

const PAGE = 200;

/** The receipt session by session; the outcomes are also its filter. */
export function ReceiptSessions({ operation }: { readonly operation: OperationView }): ReactNode {
  const [open, setOpen] = useState(false);
  const [outcome, setOutcome] = useState<ReceiptOutcome | null>(null);
  const [limit, setLimit] = useState(PAGE);
  const request = { operation: operation.id, offset: 0, limit, ...(outcome === null ? {} : { outcome }) };
  const revision = operation.commands.reduce((sum, { done, proofs }) => sum + done + proofs.length, 0);
  const answer = useEngineQuery('respond.receipt', open ? request : null, { revision, everyMs: 1_000 });
  if (operation.kind === 'release' || operation.kind === 'unblock') return null;
  const page = answer.is === 'ready' ? answer.value : null;
  return (
    <Box sx={{ pt: 1 }}>
      <Button
        variant="text"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {open ? 'Hide the sessions' : 'Show every session'}
      </Button>
      {open && answer.is === 'loading' ? <Waiting what="the sessions" lines={4} /> : null}
      {open && answer.is === 'failed' ? <ProblemBox problem={answer.problem} /> : null}
      {!open || page === null ? null : (
        <>
          <Box sx={{ display: 'flex', gap: 1, flexWrap: 'wrap', py: 1 }} role="group" aria-label="Outcomes">
            {Object.entries(page.counts).map(([name, sessions]) => (
              <Button
                key={name}
                aria-pressed={outcome === name}
                variant={outcome === name ? 'contained' : 'outlined'}
                color="primary"
                onClick={() => {
                  setOutcome(outcome === name ? null : (name as ReceiptOutcome));
                }}
              >
                {`${OUTCOME_WORDS[name as ReceiptOutcome]} ${count(sessions)}`}
              </Button>
            ))}
          </Box>
          {page.listed ? null : (
            <Box sx={{ color: 'text.secondary', pb: 1 }}>
              An agent has not listed its sessions; for those this is what the mirror saw.
            </Box>
          )}
          <Box sx={{ maxHeight: '22rem', overflow: 'auto' }} tabIndex={0} role="region" aria-label="Sessions">
            <Table data-testid="receipt-sessions">
              <TableHead heads={['Person', 'Environment', 'Outcome', 'Why', 'Ended']} />
              <tbody>
                {page.rows.map((row) => (
                  <tr key={`${row.command} ${row.session}`}>
                    <td>
                      <Button
                        variant="text"
                        sx={{ p: 0, minWidth: 0 }}
                        onClick={() => {
                          openPanel({ connection: row.connection, id: row.session });
                        }}
                      >
                        {row.account?.name ?? 'nobody signed in'}
                      </Button>
                    </td>
                    <td className="name">
                      <EnvironmentTag connection={row.connection} />
                    </td>
                    <td className="name">{OUTCOME_WORDS[row.outcome]}</td>
                    <td>
                      {row.message === null ? (
                        <Unknown why="Nothing to add" />
                      ) : (
                        `${row.message}${row.code === null ? '' : ` (${row.code})`}`
                      )}
                    </td>
                    <td className="name">
                      <TimeAgo at={row.endedAt} missing="The mirror has not seen it end" />
                    </td>
                  </tr>
                ))}
              </tbody>
            </Table>
          </Box>
          {page.total > page.rows.length && limit < 1_000 ? (
            <Button
              variant="text"
              onClick={() => {
                setLimit(1_000);
              }}
            >
              {`Show more of ${count(page.total)}`}
            </Button>
          ) : page.total > page.rows.length ? (
            <Box sx={{ color: 'text.secondary', py: 1 }}>
              {`The first ${count(page.rows.length)} of ${count(page.total)}; the file holds all.`}
            </Box>
          ) : null}
        </>
      )}
    </Box>
  );
}
