import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { Rule, RuleEffect } from '#shared/protocol/rules.ts';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { counted } from '../../format/words.ts';
import { decideBrake } from '../../store/rules-store.ts';
import { useTask } from '../../store/use-task.ts';

/** A rule that its brake stopped: what it wanted, and the two ways on. */
export function BrakeNotice(props: {
  readonly connection: ConnectionId;
  readonly rule: Rule;
  readonly stopped: NonNullable<RuleEffect['stopped']>;
  readonly decided: () => void;
}): ReactNode {
  const { connection, rule, stopped, decided } = props;
  const { busy, problem, run } = useTask();
  const decide = (decision: 'approve' | 'deny') =>
    void run(async () => {
      await decideBrake(connection, stopped.approval, decision);
      decided();
    });
  const waits = stopped.state === 'waiting';
  return (
    <Box
      role="alert"
      data-testid="brake"
      sx={{ px: 4, py: 2, borderBottom: 1, borderColor: 'divider', bgcolor: 'surface.raised' }}
    >
      <Box sx={{ display: 'flex', gap: 3, alignItems: 'center', flexWrap: 'wrap' }}>
        <Box component="span" aria-hidden="true" sx={{ color: 'severity.medium' }}>
          ⚠
        </Box>
        <Box sx={{ flex: '1 1 20rem', minWidth: 0 }}>
          <Box sx={{ fontWeight: 600 }}>{`The brake stopped “${rule.name}”`}</Box>
          <Box sx={{ color: 'text.secondary' }}>
            {waits
              ? `It would have ended ${counted(stopped.wanted, 'session')} within a minute and may end ${String(stopped.allowed)}. It ended none; ${counted(stopped.held, 'session')} held back.`
              : 'What it held back was denied. It rests until it is changed.'}
          </Box>
        </Box>
        {waits ? (
          <>
            <Button disabled={busy} onClick={() => decide('deny')}>
              Deny
            </Button>
            <Button variant="contained" color="error" disabled={busy} onClick={() => decide('approve')}>
              {`End ${counted(stopped.held, 'session')}`}
            </Button>
          </>
        ) : null}
      </Box>
      {problem === null ? null : <ProblemBox problem={problem} />}
    </Box>
  );
}
