import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { notTouched } from '#shared/ipc/respond-words.ts';
import type { CommandView, OperationView } from '#shared/ipc/views.ts';
import { EnvironmentTag } from '../parts/EnvironmentTag.tsx';
import { cameBackCount, commandResult, commandState, isUnderWay } from '../format/operation-words.ts';
import { count } from '../format/words.ts';
import { CameBackAgain } from './CameBackAgain.tsx';
import { Proofs } from './Proofs.tsx';
import { ReceiptSessions } from './ReceiptSessions.tsx';
import { ReceiptTools } from './ReceiptTools.tsx';

function Bar({ command }: { readonly command: CommandView }): ReactNode {
  const total = Math.max(1, command.matched);
  const share = (part: number) => `${((Math.min(part, total) / total) * 100).toFixed(1)}%`;
  const counted = command.ended + command.alreadyGone + command.failedCount;
  return (
    <Box
      role="progressbar"
      aria-label="Sessions dealt with"
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={Math.min(total, Math.max(command.done, counted))}
      sx={{
        display: 'flex',
        height: (theme) => theme.spacing(1.5),
        bgcolor: 'background.default',
        borderRadius: 1,
        overflow: 'hidden',
      }}
    >
      <Box sx={{ bgcolor: 'live.main' }} style={{ width: share(command.ended) }} />
      <Box sx={{ bgcolor: 'text.disabled' }} style={{ width: share(command.alreadyGone) }} />
      <Box sx={{ bgcolor: 'error.main' }} style={{ width: share(command.failedCount) }} />
      {isUnderWay(command) && command.done > counted ? (
        <Box sx={{ bgcolor: 'primary.main' }} style={{ width: share(command.done - counted) }} />
      ) : null}
    </Box>
  );
}

function CommandReceipt({ command }: { readonly command: CommandView }): ReactNode {
  const result = commandResult(command);
  const cameBack = cameBackCount(command);
  return (
    <Box
      component="li"
      data-testid="receipt-command"
      sx={{ display: 'grid', gap: 1.5, py: 2, borderTop: 1, borderColor: 'divider' }}
    >
      <Box sx={{ display: 'flex', gap: 3, flexWrap: 'wrap', alignItems: 'baseline' }}>
        <EnvironmentTag connection={command.connection} tier="shown" />
        <Box component="span" sx={{ color: 'text.secondary', flex: 1 }}>
          {commandState(command)}
        </Box>
        <Box component="span">
          {result === '' ? `${count(command.done)} of ${count(command.matched)}` : result}
        </Box>
      </Box>
      <Bar command={command} />
      {command.problem === null ? null : (
        <Typography sx={{ overflowWrap: 'anywhere' }}>
          {command.problem.message}{' '}
          <Box component="span" sx={{ color: 'text.secondary' }}>
            {command.problem.advice ?? ''}
          </Box>
        </Typography>
      )}
      {command.failed.length === 0 ? null : (
        <Box component="details">
          <summary>{`Failed: ${count(command.failedCount)}`}</summary>
          <Box component="ul" sx={{ m: 0, pl: 4, maxHeight: '10em', overflowY: 'auto' }}>
            {command.failed.map((failure) => (
              <li key={failure.id}>{`${failure.message} (${failure.code})`}</li>
            ))}
          </Box>
        </Box>
      )}
      {command.findings.length === 0 ? null : (
        <Box role="alert" sx={{ borderLeft: 3, borderColor: 'error.main', pl: 2 }}>
          <Typography sx={{ fontWeight: 600 }}>This agent contradicts itself</Typography>
          {command.findings.map(({ code, message }) => (
            <Typography key={code} sx={{ overflowWrap: 'anywhere' }}>
              {message}
            </Typography>
          ))}
        </Box>
      )}
      <Proofs proofs={command.proofs} cameBack={cameBack} />
      <CameBackAgain command={command} />
    </Box>
  );
}

/** What one act did in each environment. */
export function Receipt({ operation }: { readonly operation: OperationView }): ReactNode {
  const not = notTouched(operation.kind);
  return (
    <>
      <Box component="ul" aria-label="Receipt by environment" sx={{ m: 0, p: 0, listStyle: 'none' }}>
        {operation.commands.map((command) => (
          <CommandReceipt key={command.id} command={command} />
        ))}
      </Box>
      {not === null ? null : <Typography sx={{ color: 'text.secondary', py: 1 }}>{not}</Typography>}
      <ReceiptTools operation={operation} />
      <ReceiptSessions operation={operation} />
    </>
  );
}
