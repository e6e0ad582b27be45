import type { SessionFilter } from '#shared/ipc/engine-contract.ts';
import { engine } from '../bridge/engine.ts';
import { problemOf } from '../bridge/problem-error.ts';
import { notify } from '../store/notice-store.ts';
import { addChosen, clearChosen, MOST_CHOSEN, useSelection } from '../store/selection-store.ts';
import { requestOf, type ShownFilter } from '../store/session-filter.ts';
import { timeNow } from '../store/time-store.ts';
import { count, counted } from '../format/words.ts';
import type { Sort } from '../store/session-pages.ts';

const PAGE = 1_000;

/**
 * Selects every live session of the list, page by page, or nothing when something is selected already. The operator's
 * own sessions are left out, and it says so: they are ended only when they are named one by one.
 */
export async function toggleAll(shown: ShownFilter, sort: Sort): Promise<void> {
  if (useSelection.getState().chosen.size > 0) {
    clearChosen();
    return;
  }
  await chooseAll(requestOf(shown, timeNow()), sort);
}

/** Adds every live session that a filter finds, page by page, to the selection; says what was left out and why. */
export async function chooseAll(filter: SessionFilter, sort: Sort): Promise<void> {
  try {
    let total = 0;
    let own = 0;
    for (let offset = 0; offset < MOST_CHOSEN; offset += PAGE) {
      const page = await engine.call('sessions.page', { filter, sort, offset, limit: PAGE });
      total = page.total;
      const live = page.rows.filter((row) => row.status !== 'ended');
      own += live.filter((row) => row.own).length;
      addChosen(live.filter((row) => !row.own));
      if (page.rows.length < PAGE) break;
    }
    const notes = [
      own === 0 ? null : `${counted(own, 'session')} of your own left out; select it by hand to end it`,
      total > MOST_CHOSEN
        ? `${count(MOST_CHOSEN)} of ${count(total)} looked at: the most that one selection holds`
        : null,
    ].filter((note) => note !== null);
    if (notes.length > 0) notify({ tone: 'good', message: notes.join('. ') });
  } catch (error) {
    notify({ tone: 'bad', problem: problemOf(error) });
  }
}
