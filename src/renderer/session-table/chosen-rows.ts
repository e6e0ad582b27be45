import type { SessionRow } from '#shared/ipc/views.ts';
import { engine } from '../bridge/engine.ts';
import { problemOf } from '../bridge/problem-error.ts';
import { notify } from '../store/notice-store.ts';
import { chosenKey, useSelection } from '../store/selection-store.ts';

const PAGE = 1_000;

/** Every chosen session as a row, on screen or not; null when `one` is not among the chosen. */
export async function chosenRows(one: SessionRow): Promise<readonly SessionRow[] | null> {
  const { chosen } = useSelection.getState();
  if (!chosen.has(chosenKey(one))) return null;
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
