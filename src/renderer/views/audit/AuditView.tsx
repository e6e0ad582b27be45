import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState, type ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { Choice } from '../../components/Choice.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { EnvironmentChoice } from '../../parts/EnvironmentChoice.tsx';
import { Heading } from '../../components/Heading.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { SearchField } from '../../components/SearchField.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { ACTION_CHOICES } from '../../format/actions.ts';
import { AuditTable } from './AuditTable.tsx';
import { useRoute } from '../../store/route-store.ts';
import { useAudit, type AuditFilter } from '../../store/use-audit.ts';

type Outcome = 'success' | 'failure' | 'unknown';
const isOutcome = (text: string): text is Outcome => ['success', 'failure', 'unknown'].includes(text);

/** Every event of every store, newest first, a page at a time. */
export function AuditView(): ReactNode {
  const [text, setText] = useState('');
  const [connection, setConnection] = useState<ConnectionId | null>(null);
  // `#/audit/login/failure`: what a figure or a link narrows the list to.
  const [wantedAction = '', wantedOutcome = ''] = useRoute((route) => route.rest);
  const [action, setAction] = useState(
    ACTION_CHOICES.some(([known]) => known === wantedAction) ? wantedAction : '',
  );
  const [outcome, setOutcome] = useState<Outcome | ''>(isOutcome(wantedOutcome) ? wantedOutcome : '');
  const filter: AuditFilter = {
    ...(text.trim() === '' ? {} : { text: text.trim() }),
    ...(connection === null ? {} : { connections: [connection] }),
    ...(action === '' ? {} : { action }),
    ...(outcome === '' ? {} : { outcome }),
  };
  const audit = useAudit(filter);
  const narrowed = Object.keys(filter).length > 0;
  return (
    <Box sx={{ flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' }}>
      <Heading
        title="Audit"
        actions={
          <Button onClick={audit.again}>{audit.fresh === 0 ? 'Newest' : `${audit.freshText} new`}</Button>
        }
      >
        <SearchField label="Person, address, message" value={text} onChange={setText} />
        <EnvironmentChoice value={connection} onChange={setConnection} />
        <Choice
          quiet
          label="Action"
          value={action}
          options={[['', 'All actions'], ...ACTION_CHOICES]}
          onChange={setAction}
        />
        <Choice<Outcome | ''>
          quiet
          label="Outcome"
          value={outcome}
          options={[
            ['', 'Any outcome'],
            ['success', 'Succeeded'],
            ['failure', 'Failed'],
            ['unknown', 'Outcome not known'],
          ]}
          onChange={setOutcome}
        />
      </Heading>
      {audit.problem === null ? null : (
        <ProblemBox flat problem={audit.problem} action={<Button onClick={audit.again}>Try again</Button>} />
      )}
      <Box
        tabIndex={0}
        role="region"
        aria-label="Events"
        sx={{ flex: 1, minHeight: 0, overflow: 'auto', bgcolor: 'background.paper' }}
      >
        {audit.rows === null && audit.problem === null ? <Waiting what="events" lines={12} /> : null}
        {audit.rows?.length === 0 ? (
          <EmptyState title={narrowed ? 'No event fits' : 'No event has arrived yet'}>
            {narrowed
              ? 'Change or empty the fields above.'
              : 'Sign-ins, sign-outs and account changes appear here as soon as an agent has read them.'}
          </EmptyState>
        ) : null}
        {audit.rows === null || audit.rows.length === 0 ? null : <AuditTable rows={audit.rows} />}
        {audit.more === null ? null : (
          <Box sx={{ p: 3 }}>
            <Button onClick={audit.more}>Older events</Button>
          </Box>
        )}
      </Box>
    </Box>
  );
}
