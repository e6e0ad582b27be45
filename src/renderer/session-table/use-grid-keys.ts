import { useEffect, useEffectEvent } from 'react';
import type { SessionGroup } from '#shared/ipc/desk-contract.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import type { ListEntry } from '../store/grouped-list.ts';
import { keysApply } from '../store/shell-store.ts';
import { isMenuKey } from '../store/use-row-keys.ts';

interface Actions {
  readonly active: number;
  readonly total: number;
  readonly page: number;
  readonly entry: (index: number) => ListEntry | undefined;
  readonly moveTo: (index: number) => void;
  readonly open: (index: number, row: SessionRow) => void;
  readonly toggle: (index: number, row: SessionRow) => void;
  readonly menu: (index: number, row: SessionRow) => void;
  /** Opens a group that is closed, closes one that is open. */
  readonly toggleGroup: (index: number, group: SessionGroup) => void;
  readonly chooseGroup: (index: number, group: SessionGroup) => void;
  readonly groupMenu: (index: number, group: SessionGroup) => void;
  readonly back: () => void;
}

/** Keys that act only with the focus on a row, because they mean something else elsewhere. */
const IN_GRID_ONLY: ReadonlySet<string> = new Set([
  'ArrowDown',
  'ArrowUp',
  'ArrowLeft',
  'ArrowRight',
  'PageDown',
  'PageUp',
  'Home',
  'End',
  'Enter',
  ' ',
  'ContextMenu',
  'F10',
]);

/** j, k, x from anywhere in the view; arrows, Enter and the rest while a row has the focus; Escape steps back. */
export function useGridKeys(grid: React.RefObject<HTMLElement | null>, actions: Actions): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const { active, total, page, entry, ...act } = actions;
    if (event.ctrlKey || event.metaKey || event.altKey || !keysApply(event.target)) return;
    const target = event.target as HTMLElement | null;
    const onRow = target?.getAttribute('role') === 'row' && grid.current?.contains(target) === true;
    if (IN_GRID_ONLY.has(event.key) && !onRow) return;
    const line = entry(active);
    const moves: Readonly<Record<string, number>> = {
      j: onRow ? active + 1 : active,
      ArrowDown: active + 1,
      k: onRow ? active - 1 : active,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: total - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) act.moveTo(Math.max(0, Math.min(total - 1, to)));
    else if (event.key === 'Escape') act.back();
    else if (line === undefined) return;
    else if (line.is === 'group') {
      const { group, open } = line;
      if (event.key === 'x' || event.key === ' ') act.chooseGroup(active, group);
      else if (event.key === 'Enter') act.toggleGroup(active, group);
      else if (event.key === (open ? 'ArrowLeft' : 'ArrowRight')) act.toggleGroup(active, group);
      else if (isMenuKey(event)) act.groupMenu(active, group);
      else return;
    } else if (event.key === 'x' || event.key === ' ') act.toggle(active, line.row);
    else if (event.key === 'Enter') act.open(active, line.row);
    else if (isMenuKey(event)) act.menu(active, line.row);
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      onKey(event);
    };
    document.addEventListener('keydown', listen);
    return () => {
      document.removeEventListener('keydown', listen);
    };
  }, []);
}
