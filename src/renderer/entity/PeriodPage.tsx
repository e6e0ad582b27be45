import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { Choice } from '../components/Choice.tsx';
import { SavedViews } from '../parts/SavedViews.tsx';
import { hrefOf, useRoute } from '../store/route-store.ts';
import { openView } from '../store/saved-views.ts';
import { PERIODS, usePeriod } from './period.ts';

/** The page of a person, an address, a network or a device: the way back, the period, and what scrolls under them. */
export function PeriodPage(props: {
  readonly label: string;
  readonly testId: string;
  readonly children: ReactNode;
}): ReactNode {
  const days = usePeriod((state) => state.days);
  const hash = useRoute(({ view, rest }) => hrefOf(view, ...rest));
  return (
    <Box
      sx={{ flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column', bgcolor: 'background.paper' }}
    >
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 3,
          px: 4,
          py: 2,
          borderBottom: 1,
          borderColor: 'divider',
        }}
      >
        <Button
          variant="text"
          onClick={() => {
            window.history.back();
          }}
        >
          ← Back
        </Button>
        <Box sx={{ flex: 1 }} />
        <SavedViews current={{ table: 'page', search: hash }} name={props.label} onOpen={openView} />
        <Choice
          quiet
          label="Period"
          value={String(days)}
          options={PERIODS}
          onChange={(next) => {
            usePeriod.setState({ days: Number(next) });
          }}
        />
      </Box>
      <Box
        tabIndex={0}
        role="region"
        aria-label={props.label}
        data-testid={props.testId}
        sx={{ flex: 1, minHeight: 0, overflow: 'auto' }}
      >
        {props.children}
      </Box>
    </Box>
  );
}
