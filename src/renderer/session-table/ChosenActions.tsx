import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { counted } from '../format/words.ts';
import { KEEP_CHOSEN, keepOnlyChosen } from '../store/chosen-rows.ts';
import { endSessions } from '../store/respond-store.ts';
import type { Chosen } from '../store/selection-store.ts';

/** What is done with selected sessions: end them, or everything else of the same people. */
export function ChosenActions({ chosen }: { readonly chosen: ReadonlyMap<string, Chosen> }): ReactNode {
  return (
    <>
      <Button title={KEEP_CHOSEN} onClick={() => void keepOnlyChosen()}>
        End their others…
      </Button>
      <Button variant="contained" color="error" onClick={() => void endSessions([...chosen.values()])}>
        {`End ${counted(chosen.size, 'session')}…`}
      </Button>
    </>
  );
}
