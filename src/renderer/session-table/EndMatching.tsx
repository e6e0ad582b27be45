import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { counted } from '../format/words.ts';
import { previewAct } from '../store/respond-store.ts';
import { isFiltered, requestOf, type FilterStore } from '../store/session-filter.ts';

/** Ends everything that the list is narrowed to, however many; the agents are asked first, as always. */
export function EndMatching(props: { readonly filter: FilterStore; readonly total: number }): ReactNode {
  const shown = props.filter();
  if (shown.state !== 'live' || props.total === 0 || !isFiltered(shown)) return null;
  const matching = requestOf(shown);
  return (
    <Button
      color="error"
      data-testid="end-matching"
      onClick={() => void previewAct({ selection: { matching }, act: { kind: 'revoke' } })}
    >
      {`End all ${counted(props.total, 'session')}…`}
    </Button>
  );
}
