import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Snackbar from '@mui/material/Snackbar';
import type { ReactNode } from 'react';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { visuallyHidden } from '../components/Unknown.tsx';
import { dismissNotice, useNotices } from '../store/notice-store.ts';

const GOOD_FOR_MS = 4_000;

/** Short messages at the bottom, and the sentences that only screen readers hear. */
export function Notices(): ReactNode {
  const { shown, announcement } = useNotices();
  const close = (
    <IconButton aria-label="Close message" onClick={dismissNotice}>
      ✕
    </IconButton>
  );
  return (
    <>
      <Box role="status" aria-live="polite" sx={visuallyHidden} data-testid="announcer">
        {announcement}
      </Box>
      <Snackbar
        key={shown?.key ?? 0}
        open={shown !== null}
        autoHideDuration={shown?.tone === 'good' ? GOOD_FOR_MS : null}
        transitionDuration={0}
        onClose={(_event, reason) => {
          if (reason !== 'clickaway') dismissNotice();
        }}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'center' }}
      >
        {shown?.tone === 'bad' ? (
          <div>
            <ProblemBox problem={shown.problem} action={close} />
          </div>
        ) : (
          <Box
            role="status"
            sx={{
              px: 4,
              py: 2,
              bgcolor: 'surface.raised',
              border: 1,
              borderColor: 'divider',
              borderRadius: 1,
            }}
          >
            {shown?.tone === 'good' ? shown.message : ''}
          </Box>
        )}
      </Snackbar>
    </>
  );
}
