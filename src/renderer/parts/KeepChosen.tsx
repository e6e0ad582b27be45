import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { keepOnlyChosen } from '../store/chosen-rows.ts';

/** Signs the people of the selection out everywhere but in the selected sessions. */
export function KeepChosen(): ReactNode {
  return (
    <Button
      title="Keeps the selected sessions and ends every other one of the same accounts"
      onClick={() => void keepOnlyChosen()}
    >
      End their others…
    </Button>
  );
}
