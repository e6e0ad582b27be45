import { useEffect } from 'react';
import { create } from 'zustand';

/** Whether what a window is opened for, its first sessions, is on screen. */
const useFirstRows = create<{ readonly there: boolean }>(() => ({ there: false }));

/** Nobody waits longer for sessions before the rest of a view is drawn. */
const PATIENCE_MS = 600;

/** Sessions are on screen: notes it on the performance timeline, as the end of a cold start (`npm run bench`). */
export function firstRowsAreThere(): void {
  if (performance.getEntriesByName('usable').length > 0) return;
  performance.mark('usable');
  // After they have been painted.
  requestAnimationFrame(() => {
    setTimeout(() => {
      useFirstRows.setState({ there: true });
    });
  });
}

/** The window opens on a view without such a list: nothing is waited for. */
export function noFirstRows(): void {
  useFirstRows.setState({ there: true });
}

/** Resolves when sessions are on screen, or when nobody should wait for them any longer. */
export function afterFirstRows(): Promise<void> {
  if (useFirstRows.getState().there) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      window.clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = window.setTimeout(done, PATIENCE_MS);
    const stop = useFirstRows.subscribe(done);
  });
}

/** False while a window that starts has something more urgent to draw than what asks. */
export function useAfterFirstRows(): boolean {
  const there = useFirstRows((state) => state.there);
  useEffect(() => {
    if (there) return undefined;
    const timer = window.setTimeout(() => {
      useFirstRows.setState({ there: true });
    }, PATIENCE_MS);
    return () => {
      window.clearTimeout(timer);
    };
  }, [there]);
  return there;
}
