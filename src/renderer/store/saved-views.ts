import type { SavedView } from '#shared/ipc/main-contract.ts';
import type { SearchTable } from '#shared/query/tree.ts';
import { changeSettings, settingsNow } from './settings-store.ts';

export const viewsOf = (views: readonly SavedView[], table: SearchTable): readonly SavedView[] =>
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
