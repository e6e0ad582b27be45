import type { SessionRow } from '#shared/ipc/views.ts';
import { engine } from '../bridge/engine.ts';
import { problemOf } from '../bridge/problem-error.ts';
import { notify } from './notice-store.ts';
import { othersOf, previewEnding } from './respond-store.ts';
import { chosenKey, useSelection } from './selection-store.ts';

const PAGE = 1_000;

/** Every chosen session as a row, on screen or not; null when they could not be read, which was said. */
export async function rowsOfChosen(): Promise<readonly SessionRow[] | null> {
  const { chosen } = useSelection.getState();
  const ids = [...chosen.values()].map(({ connection, id }) => ({ connection, id }));
  const rows: SessionRow[] = [];
  try {
    for (let offset = 0; offset < ids.length; offset += PAGE) {
      const page = await engine.call('sessions.page', {
        filter: { state: 'all', ids },
        sort: { by: 'openedAt', descending: true },
        offset,
        limit: PAGE,
      });
      rows.push(...page.rows);
    }
    return rows;
  } catch (error) {
    notify({ tone: 'bad', problem: problemOf(error) });
    return null;
  }
}

/** Every chosen session as a row; null when `one` is not among the chosen. */
export const chosenRows = (one: SessionRow): Promise<readonly SessionRow[] | null> =>
  useSelection.getState().chosen.has(chosenKey(one)) ? rowsOfChosen() : Promise.resolve(null);

/** What “End their others…” does, in words. */
export const KEEP_CHOSEN = 'Keeps the selected sessions and ends every other one of the same accounts';

/** Previews signing the chosen sessions' people out everywhere else: what is chosen is kept. */
export async function keepOnlyChosen(): Promise<void> {
  const rows = await rowsOfChosen();
  if (rows === null) return;
  const targets = othersOf(rows);
  if (targets.length > 0) return previewEnding(targets);
  notify({
    tone: 'bad',
    problem: {
      code: 'NOBODY_SIGNED_IN',
      message: 'Nobody is signed in in the sessions that you selected, so they have no others.',
      advice: 'Select sessions of people.',
    },
  });
}
