import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { SessionStatus } from '#shared/domain/status.ts';
import type { CloseReason } from '#shared/protocol/records.ts';
import { causeText } from '../format/actions.ts';
import { STATUS_EXPLAINED } from '../format/words.ts';

/** Shape by status: filled, ring, grey ring, dashed ring, square. Colour is never the only difference. */
const SHAPES: Readonly<Record<SessionStatus, object>> = {
  active: { bgcolor: 'live.main', borderColor: 'live.main' },
  idle: { borderColor: 'live.main' },
  stale: { borderColor: 'text.disabled' },
  unseen: { borderColor: 'text.disabled', borderStyle: 'dashed' },
  ended: { bgcolor: 'text.disabled', borderColor: 'text.disabled', borderRadius: 0.25 },
};

export function StatusMark(props: {
  readonly status: SessionStatus;
  readonly cause?: CloseReason | null;
  /** Instead of the status itself. */
  readonly word?: string;
}): ReactNode {
  const { status, cause = null, word = status } = props;
  const why = status === 'ended' && cause !== null ? causeText(cause) : null;
  return (
    <Box
      component="span"
      title={why === null ? STATUS_EXPLAINED[status] : `Ended: ${why}`}
      sx={{ display: 'inline-flex', alignItems: 'center', gap: 1.5, maxWidth: '100%' }}
    >
      <Box
        component="span"
        aria-hidden="true"
        sx={{
          flex: 'none',
          width: '0.62em',
          height: '0.62em',
          borderRadius: '50%',
          border: 1.5,
          ...SHAPES[status],
        }}
      />
      <Box component="span" sx={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>
        {why === null ? word : `${status} · ${why}`}
      </Box>
    </Box>
  );
}
