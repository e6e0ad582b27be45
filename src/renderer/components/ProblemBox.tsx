import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import type { Problem } from '#shared/domain/result.ts';

/** What happened, what was kept, what to do; beside it an action of its own, or asking again. */
export function ProblemBox(props: {
  readonly problem: Problem;
  readonly action?: ReactNode;
  readonly onAgain?: () => void;
  readonly flat?: boolean;
}): ReactNode {
  const { problem, action = null, onAgain, flat = false } = props;
  return (
    <Box
      role="alert"
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: 3,
        px: 4,
        py: 2,
        bgcolor: 'surface.raised',
        borderLeft: 3,
        borderColor: 'error.main',
        borderRadius: flat ? 0 : 1,
      }}
    >
      <Box sx={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
        <Typography sx={{ fontWeight: 500 }}>{problem.message}</Typography>
        {problem.advice === undefined ? null : (
          <Typography sx={{ color: 'text.secondary' }}>{problem.advice}</Typography>
        )}
      </Box>
      {action}
      {onAgain === undefined ? null : <Button onClick={onAgain}>Try again</Button>}
    </Box>
  );
}
