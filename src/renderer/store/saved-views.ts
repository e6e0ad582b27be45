import type { SavedView } from '#shared/ipc/main-contract.ts';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { useApp } from './app-store.ts';
import { changeAuditSearch } from './audit-search.ts';
import { useSessionsArrangement } from './list-arrangement.ts';
import { goTo, parseHash, useRoute } from './route-store.ts';
import { NO_FILTER, useSessionsFilter } from './session-filter.ts';
import { changeSettings, settingsNow } from './settings-store.ts';

export const viewsOf = (views: readonly SavedView[], table: SavedView['table']): readonly SavedView[] =>
  views.filter((view) => view.table === table);

const same = (view: SavedView, other: Pick<SavedView, 'table' | 'name'>): boolean =>
  view.table === other.table && view.name === other.name;

/** Keeps a view under its name; one of the same name is replaced. */
export async function saveView(view: SavedView): Promise<void> {
  const others = settingsNow().savedViews.filter((one) => !same(one, view));
  await changeSettings({ savedViews: [...others, view].toSorted((a, b) => a.name.localeCompare(b.name)) });
}

export async function deleteView(view: Pick<SavedView, 'table' | 'name'>): Promise<void> {
  await changeSettings({ savedViews: settingsNow().savedViews.filter((one) => !same(one, view)) });
}

/** Gives a view another name; whatever had that name is replaced. */
export async function renameView(view: SavedView, name: string): Promise<void> {
  const others = settingsNow().savedViews.filter((one) => !same(one, view) && !same(one, { ...view, name }));
  await changeSettings({
    savedViews: [...others, { ...view, name }].toSorted((a, b) => a.name.localeCompare(b.name)),
  });
}

/** Shows what a view was saved with, and nothing else that the list was narrowed to. */
function openSessionsView(view: SavedView): void {
  const { search, state = 'live', connections = [], group = null, text = '', account = null, sort } = view;
  const wanted = new Set(connections);
  const known: readonly ConnectionId[] = (useApp.getState().environments ?? []).map((one) => one.connection);
  useSessionsFilter.setState({
    ...NO_FILTER,
    search,
    state,
    text,
    account,
    connections: known.filter((connection) => wanted.has(connection)),
  });
  useSessionsArrangement.setState({ group, ...sort });
}

/** An environment that is gone narrows nothing: otherwise the list would be empty and not say why. */
function openAuditView({ search, connections = [], period }: SavedView): void {
  const known = useApp.getState().environments ?? [];
  const [connection] = known.map((one) => one.connection).filter((one) => connections.includes(one));
  changeAuditSearch({
    text: search,
    connection: connection ?? null,
    ...(period === undefined ? {} : { period }),
  });
}

/** Opens a saved view wherever the person is. */
export function openView(view: SavedView): void {
  switch (view.table) {
    case 'sessions':
      openSessionsView(view);
      goTo('sessions');
      return;
    case 'audit':
      openAuditView(view);
      goTo('audit');
      return;
    case 'page':
      window.location.hash = view.search;
      // Also when the address is the one that stands: what it asks for may have been changed since.
      useRoute.setState(parseHash(view.search));
  }
}
