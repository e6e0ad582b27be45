import { create, type StoreApi } from 'zustand';
import { useSessionsArrangement, useWatchArrangement } from './list-arrangement.ts';
import { announce, notify } from './notice-store.ts';
import { useSessionsFilter, useWatchFilter } from './session-filter.ts';
import { rememberColumns, useWindowColumns } from './window-memory.ts';

/** One change of how something is shown, and how it is taken back. */
interface Step {
  readonly words: string;
  readonly at: number;
  readonly undo: () => void;
}
/** What can be taken back, the latest last. */
export const useViewHistory = create<{ readonly steps: readonly Step[] }>(() => ({ steps: [] }));

const MOST_STEPS = 50;
/** Changes of one thing that follow each other this soon are one: a search as it is typed. */
const TOGETHER_MS = 800;
let undoing = false;

function note(words: string, undo: () => void, now: number): void {
  if (undoing) return;
  useViewHistory.setState(({ steps }) => {
    const last = steps.at(-1);
    if (last?.words === words && now - last.at < TOGETHER_MS) {
      return { steps: [...steps.slice(0, -1), { ...last, at: now }] };
    }
    return { steps: [...steps, { words, at: now, undo }].slice(-MOST_STEPS) };
  });
}

/** Notes each change of a store under these words. */
export function followView<T extends object>(store: StoreApi<T>, words: string, now: () => number): void {
  store.subscribe((after, before) => {
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    note(
      words,
      () => {
        store.setState(before, true);
      },
      now(),
    );
  });
}

/** Takes the last change of a view back. */
export function undoView(): void {
  const { steps } = useViewHistory.getState();
  const last = steps.at(-1);
  if (last === undefined) {
    announce('Nothing of this view was changed.');
    return;
  }
  undoing = true;
  try {
    last.undo();
  } finally {
    undoing = false;
  }
  useViewHistory.setState({ steps: steps.slice(0, -1) });
  notify({ tone: 'good', message: `Undone: ${last.words}.` });
}

/** From now on what is narrowed, sorted, grouped and laid out can be taken back. */
export function startViewHistory(): void {
  const now = () => performance.now();
  followView(useWatchFilter, 'filter of Watch', now);
  followView(useSessionsFilter, 'filter of Sessions', now);
  followView(useWatchArrangement, 'order of Watch', now);
  followView(useSessionsArrangement, 'order of Sessions', now);
  useWindowColumns.subscribe((_after, { columns }) => {
    note(
      'columns',
      () => {
        if (columns === null) useWindowColumns.setState({ columns });
        else rememberColumns(columns);
      },
      now(),
    );
  });
}
