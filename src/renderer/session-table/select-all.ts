import { engine } from '../bridge/engine.ts';
import { problemOf } from '../bridge/problem-error.ts';
import { useMapPoints } from '../store/map-points.ts';
import { notify } from '../store/notice-store.ts';
import { addChosen, clearChosen, MOST_CHOSEN, useSelection } from '../store/selection-store.ts';
import { placeRequest, requestOf, type ShownFilter } from '../store/session-filter.ts';
import { count } from '../format/words.ts';
import type { Sort } from './use-session-list.ts';

const PAGE = 1_000;

/** Selects every session of the list, page by page, or nothing when something is selected already. */
export async function toggleAll(shown: ShownFilter, sort: Sort): Promise<void> {
  if (useSelection.getState().chosen.size > 0) {
    clearChosen();
    return;
  }
  const filter = { ...requestOf(shown), ...placeRequest(useMapPoints.getState().points, shown.places) };
  try {
    let total = 0;
    for (let offset = 0; offset < MOST_CHOSEN; offset += PAGE) {
      const page = await engine.call('sessions.page', { filter, sort, offset, limit: PAGE });
      total = page.total;
      addChosen(page.rows.filter((row) => row.status !== 'ended'));
      if (page.rows.length < PAGE) break;
    }
    if (total > MOST_CHOSEN) {
      notify({
        tone: 'good',
        message: `${count(MOST_CHOSEN)} of ${count(total)} are selected: the most that one selection holds`,
      });
    }
  } catch (error) {
    notify({ tone: 'bad', problem: problemOf(error) });
  }
}
