import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { count } from '../format/words.ts';
import { useApp } from '../store/app-store.ts';
import { useSelection, type Chosen } from '../store/selection-store.ts';
import { requestOf, type FilterStore } from '../store/session-filter.ts';
import { useTime } from '../store/time-store.ts';
import { useEngineQuery } from '../store/use-engine-query.ts';

const FOLLOW_EVERY_MS = 3_000;
const ONE = { sort: { by: 'openedAt', descending: true }, offset: 0, limit: 1 } as const;

/**
 * How many are selected, wherever they are: a selection outlives filters, pages and the sessions themselves, so what
 * of it is not in the list or has ended is said.
 */
export function ChosenCount({ filter }: { readonly filter: FilterStore }): ReactNode {
  const chosen = useSelection((state) => state.chosen);
  const revision = useApp((state) => state.revision);
  const time = useTime((state) => state.time);
  const shown = filter();
  const ids: Chosen[] = [...chosen.values()];
  const options = { revision, everyMs: FOLLOW_EVERY_MS };
  const listed = useEngineQuery(
    'sessions.page',
    { ...ONE, filter: { ...requestOf(shown, time), ids } },
    options,
  );
  const live = useEngineQuery('sessions.page', { ...ONE, filter: { state: 'live', ids } }, options);
  const elsewhere = listed.is === 'ready' ? chosen.size - listed.value.total : 0;
  const ended = live.is === 'ready' ? chosen.size - live.value.total : 0;
  const notes = [
    elsewhere > 0 ? `${count(elsewhere)} not in this list` : null,
    ended > 0 ? `${count(ended)} ended` : null,
  ].filter((note) => note !== null);
  return (
    <Typography component="span" data-testid="chosen-count">
      {`${count(chosen.size)} selected`}
      {notes.length === 0 ? null : (
        <Typography component="span" sx={{ color: 'text.secondary' }}>{` (${notes.join(', ')})`}</Typography>
      )}
    </Typography>
  );
}
