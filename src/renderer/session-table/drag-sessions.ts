import type { SessionRow } from '#shared/ipc/views.ts';
import { main } from '../bridge/main.ts';
import { problemOf } from '../bridge/problem-error.ts';
import { useApp } from '../store/app-store.ts';
import { notify } from '../store/notice-store.ts';
import { settingsNow } from '../store/settings-store.ts';
import { chosenRows } from '../store/chosen-rows.ts';
import { sessionsAsCsv } from './session-text.ts';

/** Begins to drag a CSV file out of the window: the selection, when the session is part of it, otherwise the session. */
export async function dragSessions(row: SessionRow): Promise<void> {
  const rows = (await chosenRows(row)) ?? [row];
  const { environments } = useApp.getState();
  const environment = (connection: string) =>
    environments?.find((one) => one.connection === connection)?.name ?? 'removed environment';
  const text = sessionsAsCsv(rows, { masked: settingsNow().maskAddresses, environment });
  try {
    await main.call('file.drag', { name: rows.length === 1 ? 'session.csv' : 'sessions.csv', text });
  } catch (error) {
    notify({ tone: 'bad', problem: problemOf(error) });
  }
}
