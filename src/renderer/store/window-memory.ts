import { create } from 'zustand';
import type { ListMemory, WindowChanges, WindowMemory } from '#shared/ipc/window-memory.ts';
import { main } from '../bridge/main.ts';
import { useSessionsArrangement, useWatchArrangement, type ArrangementStore } from './list-arrangement.ts';
import { useSessionsFilter, useWatchFilter, type FilterStore, type ShownFilter } from './session-filter.ts';
import { rememberLayout, settingsNow } from './settings-store.ts';

/** The columns of this window's session tables as text; null: the usual ones. */
export const useWindowColumns = create<{ readonly columns: string | null }>(() => ({ columns: null }));

export function rememberColumns(columns: string): void {
  useWindowColumns.setState({ columns });
  remember({ columns });
  // Another window begins with what was chosen last.
  void rememberLayout('columns', columns);
}

/** Soon enough that nothing is lost when the window closes, late enough that typing writes once. */
const REMEMBER_AFTER_MS = 150;
let waiting: WindowChanges = {};
let timer: number | undefined;

/** Has main keep it for this window. What cannot be kept now is kept with the next change. */
export function remember(changes: WindowChanges): void {
  waiting = { ...waiting, ...changes };
  timer ??= window.setTimeout(() => {
    timer = undefined;
    const kept = waiting;
    waiting = {};
    main.call('window.remember', kept).catch(() => {
      waiting = { ...kept, ...waiting };
    });
  }, REMEMBER_AFTER_MS);
}

/** What of a list outlives the window: chosen circles do not, because the map draws others by then. */
const listMemory = (
  filter: ShownFilter,
  arrangement: ReturnType<ArrangementStore['getState']>,
): ListMemory => ({
  state: filter.state,
  text: filter.text,
  search: filter.search,
  connections: [...filter.connections],
  account: filter.account === null ? null : { ...filter.account },
  by: arrangement.by,
  descending: arrangement.descending,
  group: arrangement.group,
});

function follow(name: 'watch' | 'sessions', filter: FilterStore, arrangement: ArrangementStore): void {
  const keep = () => {
    remember({ [name]: listMemory(filter.getState(), arrangement.getState()) });
  };
  filter.subscribe(keep);
  arrangement.subscribe(keep);
}

function restore(memory: ListMemory | undefined, filter: FilterStore, arrangement: ArrangementStore): void {
  if (memory === undefined) return;
  const { by, descending, group, ...shown } = memory;
  // Ids that this profile wrote itself; one that is no longer known finds nothing, and its chip says so.
  filter.setState(shown);
  arrangement.setState({ by, descending, group });
}

/** Brings back what this window remembers, and has it remembered from now on. */
export function startWindowMemory(memory: WindowMemory): void {
  const { columns } = settingsNow().layout;
  useWindowColumns.setState({
    columns: memory.columns ?? (typeof columns === 'string' ? columns : null),
  });
  restore(memory.watch, useWatchFilter, useWatchArrangement);
  restore(memory.sessions, useSessionsFilter, useSessionsArrangement);
  follow('watch', useWatchFilter, useWatchArrangement);
  follow('sessions', useSessionsFilter, useSessionsArrangement);
}
