import { useMemo, useState } from 'react';
import { rememberColumns, useWindowColumns } from '../store/window-memory.ts';
import { formatColumns, parseColumns, tracksOf, widenedColumn, type ColumnChoice } from './column-layout.ts';
import { COLUMN_ORDER, TRACKS, USUAL_COLUMNS } from './columns.ts';

export interface Columns {
  readonly shown: readonly ColumnChoice[];
  /** CSS grid tracks of the box for choosing and every shown column. */
  readonly template: string;
  readonly least: string;
  readonly change: (columns: readonly ColumnChoice[]) => void;
  /** While a border is dragged: nothing is remembered yet. */
  readonly draft: (id: string, width: number) => void;
  readonly keep: () => void;
  readonly reset: () => void;
}

const SELECT: ColumnChoice = { id: 'select', width: null };
const known = COLUMN_ORDER.filter((id) => id !== 'select');

/** The columns of session tables: chosen, ordered and sized by the person, remembered. */
export function useColumns(): Columns {
  const text = useWindowColumns((state) => state.columns);
  const [draft, setDraft] = useState<readonly ColumnChoice[] | null>(null);
  const stored = useMemo(() => parseColumns(text, known, USUAL_COLUMNS), [text]);
  const shown = draft ?? stored;
  // The same object until a column changes: what shows columns is not drawn again with every row that comes into sight.
  return useMemo(() => {
    const change = (columns: readonly ColumnChoice[]) => {
      setDraft(null);
      rememberColumns(formatColumns(columns));
    };
    return {
      shown,
      ...tracksOf([SELECT, ...shown], TRACKS),
      change,
      draft: (id, width) => {
        setDraft(widenedColumn(shown, id, width));
      },
      keep: () => {
        if (draft !== null) change(draft);
      },
      reset: () => {
        change(USUAL_COLUMNS.map((id) => ({ id, width: null })));
      },
    };
  }, [shown, draft]);
}
