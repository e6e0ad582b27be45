import { useEffect, type RefObject } from 'react';
import { keysApply } from './shell-store.ts';

const STEPS: Readonly<Record<string, number>> = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 };

/** Whether a key asks for the menu of what has the focus. */
export const isMenuKey = (event: KeyboardEvent): boolean =>
  event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);

/**
 * Keys for a table of links inside a region: j and k (or arrows, once a row has the focus) go from row to row, Enter does
 * what the row's first link or button does, Tab goes on to the others, Shift F10 opens the row's menu where it has one.
 * Escape gives the focus back to the region.
 */
export function useRowKeys(region: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const holder = region.current;
      if (holder === null || event.ctrlKey || event.metaKey || event.altKey || !keysApply(event.target))
        return;
      const rows = [...holder.querySelectorAll<HTMLElement>('tbody tr:not([aria-hidden])')];
      const at = rows.findIndex((row) => row.contains(document.activeElement));
      const onRow = at !== -1 && rows[at] === document.activeElement;
      const step = STEPS[event.key];
      if (step !== undefined && (onRow || event.key.length === 1)) {
        const next = rows[at === -1 ? firstInSight(holder, rows) : at + step];
        if (next === undefined) return;
        event.preventDefault();
        next.tabIndex = -1;
        next.focus({ preventScroll: true });
        next.scrollIntoView({ block: 'nearest' });
      } else if (event.key === 'Enter' && onRow) {
        const act = rows[at]?.querySelector<HTMLElement>('a[href], button:not(:disabled)');
        if (act === null || act === undefined) return;
        event.preventDefault();
        act.click();
      } else if (isMenuKey(event) && onRow) {
        event.preventDefault();
        rows[at]?.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }));
      } else if (event.key === 'Escape' && onRow) {
        holder.focus({ preventScroll: true });
      }
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, [region]);
}

/** A table that is scrolled is entered where it is read, not at its beginning. */
function firstInSight(holder: HTMLElement, rows: readonly HTMLElement[]): number {
  const head = holder.querySelector('thead')?.getBoundingClientRect().height ?? 0;
  const top = holder.getBoundingClientRect().top + head;
  return Math.max(
    0,
    rows.findIndex((row) => row.getBoundingClientRect().top >= top - 1),
  );
}
