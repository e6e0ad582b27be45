import { create } from 'zustand';

/** What lies over the views. */
interface ShellState {
  /** `save-view`: the name for the view on screen is asked for, by whatever offers its saved views. */
  readonly over: 'nothing' | 'palette' | 'keys' | 'save-view';
}
export const useShell = create<ShellState>(() => ({ over: 'nothing' }));
export function showOver(over: ShellState['over']): void {
  useShell.setState({ over });
}
/** Whether keys of a view apply: not while a dialog is open or a field has the focus. */
export function keysApply(target: EventTarget | null): boolean {
  if (useShell.getState().over !== 'nothing') return false;
  if (
    document.querySelector('.MuiModal-root[role="presentation"], [role="dialog"][aria-modal="true"]') !== null
  ) {
    return false;
  }
  return !(
    target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
  );
}
