import { useEffect } from 'react';
import { undoView } from '../store/view-history.ts';
import { keysApply, showOver } from '../store/shell-store.ts';

/** Keys that work everywhere: Ctrl-K or / for the palette, ? for the keys of this view. */
export function useShellKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        showOver('palette');
        return;
      }
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && keysApply(event.target)) {
        // In a field the field's own undo is meant.
        event.preventDefault();
        undoView();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || !keysApply(event.target)) return;
      if (event.key === '/') {
        event.preventDefault();
        const field = document.querySelector<HTMLElement>('[data-search-field]');
        if (field === null) showOver('palette');
        else field.focus();
      } else if (event.key === '?') {
        event.preventDefault();
        showOver('keys');
      }
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, []);
}
