import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { count, counted } from '../format/words.ts';
import { addChosen, clearChosen, useSelection, type Chosen } from '../store/selection-store.ts';
import { ChosenActions } from '../session-table/ChosenActions.tsx';

/**
 * What can be done with the selection, above a list that sessions are selected in.
 * @param live sessions of the list that can still be ended
 */
export function ChosenBar({ live }: { readonly live: readonly Chosen[] }): ReactNode {
  const chosen = useSelection((state) => state.chosen);
  if (live.length === 0 && chosen.size === 0) return null;
  return (
    <Box
      role="group"
      aria-label="Selection"
      sx={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap', gap: 2, px: 4, pb: 2 }}
    >
      {live.length === 0 ? null : (
        <Button
          onClick={() => {
            addChosen(live);
          }}
        >
          {`Select ${counted(live.length, 'session')} still signed in`}
        </Button>
      )}
      {chosen.size === 0 ? null : (
        <>
          <span data-testid="chosen">{`${count(chosen.size)} selected`}</span>
          <Button variant="text" onClick={clearChosen}>
            Clear
          </Button>
          <ChosenActions chosen={chosen} />
        </>
      )}
    </Box>
  );
}
