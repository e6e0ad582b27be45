import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import type { ReactNode } from 'react';
import { HOUR, MINUTE } from '#shared/domain/lengths.ts';
import type { Preview } from '#shared/ipc/views.ts';
import { Choice } from '../components/Choice.tsx';
import { useEnvironmentName } from '../parts/EnvironmentTag.tsx';
import type { Asked } from '../store/respond-store.ts';

const RETRIES: readonly (readonly [string, string])[] = [
  [String(15 * MINUTE), '15 minutes'],
  [String(HOUR), '1 hour'],
  [String(8 * HOUR), '8 hours'],
  [String(23 * HOUR), '23 hours'],
];
export interface Carry {
  readonly retryForMs: number;
  readonly queue: boolean;
  readonly includeNew: boolean;
}
export const USUAL_CARRY: Carry = { retryForMs: 15 * MINUTE, queue: false, includeNew: false };

/** How it is carried out where an agent is away, and what of those that match by then. */
export function CarryChoices(props: {
  readonly asked: Asked;
  readonly preview: Preview;
  readonly carry: Carry;
  readonly onChange: (carry: Carry) => void;
}): ReactNode {
  const { asked, preview, carry, onChange } = props;
  const nameOf = useEnvironmentName();
  const away = preview.parts.filter((part) => part.is === 'unasked');
  const open =
    'targets' in asked.selection && asked.selection.targets.some(({ selector }) => !('sessions' in selector));
  return (
    <Box sx={{ display: 'grid', gap: 0.5, justifyItems: 'start' }}>
      {away.length === 0 ? null : (
        <FormControlLabel
          control={<Checkbox checked={carry.queue} size="small" />}
          label={`Also in ${away.map((part) => nameOf(part.connection)).join(', ')}: what is shown here is ended when the agent is reached`}
          onChange={(_event, queue) => {
            onChange({ ...carry, queue });
          }}
        />
      )}
      {open && asked.act.kind === 'revoke' ? (
        <FormControlLabel
          control={<Checkbox checked={carry.includeNew} size="small" />}
          label="Also sessions that begin before it is carried out"
          onChange={(_event, includeNew) => {
            onChange({ ...carry, includeNew });
          }}
        />
      ) : null}
      <Box sx={{ display: 'flex', gap: 2, alignItems: 'center', color: 'text.secondary' }}>
        Agents that cannot be reached are tried for
        <Choice
          quiet
          label="How long agents that cannot be reached are tried"
          value={String(carry.retryForMs)}
          options={RETRIES}
          onChange={(retryForMs) => {
            onChange({ ...carry, retryForMs: Number(retryForMs) });
          }}
        />
      </Box>
    </Box>
  );
}
