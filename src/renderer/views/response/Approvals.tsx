import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState, type ReactNode } from 'react';
import type { ApprovalView } from '#shared/ipc/respond-views.ts';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { EnvironmentTag } from '../../parts/EnvironmentTag.tsx';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { counted } from '../../format/words.ts';
import { useApp } from '../../store/app-store.ts';
import { useFromClock } from '../../store/clock.ts';
import { decideApproval } from '../../store/response-actions.ts';
import { useTask } from '../../store/use-task.ts';

function Waiting({ approval }: { readonly approval: ApprovalView }): ReactNode {
  const { item, connection, own, mayDecide } = approval;
  const [note, setNote] = useState('');
  const task = useTask();
  const left = useFromClock((now) => Math.max(0, Math.ceil((item.expiresAt - now) / 60_000)));
  const decide = (decision: 'approve' | 'deny') =>
    void task.run(() => decideApproval(approval, decision, note));
  const { sessions, accounts, privileged } = item.reach;
  const what =
    item.kind === 'command'
      ? `end ${counted(sessions, 'session')} of ${counted(accounts, 'account')}${privileged > 0 ? `, ${counted(privileged, 'privileged session')} among them` : ''}`
      : `change rules that would end ${counted(sessions, 'session')} now`;
  return (
    <Box
      component="li"
      data-testid="approval"
      sx={{ display: 'grid', gap: 2, px: 4, py: 3, borderBottom: 1, borderColor: 'divider' }}
    >
      <Box sx={{ display: 'flex', gap: 3, flexWrap: 'wrap', alignItems: 'baseline' }}>
        <EnvironmentTag connection={connection} tier="shown" />
        <Typography sx={{ fontWeight: 600 }}>{`${item.requestedBy.name} asks to ${what}`}</Typography>
        <Box component="span" sx={{ color: 'text.secondary' }}>
          <TimeAgo at={item.requestedAt} />
          {` · ${left === 0 ? 'expires now' : `${String(left)} min left`}`}
        </Box>
      </Box>
      <Typography sx={{ overflowWrap: 'anywhere' }}>{`“${item.reason}”`}</Typography>
      {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      {own ? (
        <Typography sx={{ color: 'text.secondary' }}>
          You asked for this, so somebody else has to decide.
        </Typography>
      ) : mayDecide ? (
        <Box sx={{ display: 'flex', gap: 2, flexWrap: 'wrap', alignItems: 'center' }}>
          <TextField
            fullWidth={false}
            label="Note"
            placeholder="Goes into the journal"
            value={note}
            disabled={task.busy}
            slotProps={{ htmlInput: { maxLength: 1_024 } }}
            onChange={(event) => {
              setNote(event.target.value);
            }}
          />
          <Button
            variant="contained"
            color="error"
            disabled={task.busy}
            onClick={() => {
              decide('approve');
            }}
          >
            {item.kind === 'command' ? `Approve: end ${counted(sessions, 'session')}` : 'Approve the rules'}
          </Button>
          <Button
            disabled={task.busy}
            onClick={() => {
              decide('deny');
            }}
          >
            Deny
          </Button>
        </Box>
      ) : null}
    </Box>
  );
}

/** What waits for a second operator, above everything else. */
export function Approvals(): ReactNode {
  const approvals = useApp((state) => state.approvals);
  if (approvals.length === 0) return null;
  return (
    <Box component="section" aria-label="Waits for approval" sx={{ bgcolor: 'surface.raised' }}>
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
        {approvals.map((approval) => (
          <Waiting key={`${approval.connection} ${approval.item.id}`} approval={approval} />
        ))}
      </Box>
    </Box>
  );
}
