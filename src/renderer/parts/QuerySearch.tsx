import { useCallback, type ReactNode } from 'react';
import type { FieldName } from '#shared/query/catalogue.ts';
import type { SearchTable } from '#shared/query/tree.ts';
import { engine } from '../bridge/engine.ts';
import { SearchBar } from '../components/SearchBar.tsx';

/** The search line of a view, with values proposed from what was mirrored. */
export function QuerySearch(props: {
  readonly table: SearchTable;
  readonly label: string;
  readonly value: string;
  readonly onChange: (search: string) => void;
}): ReactNode {
  const valuesOf = useCallback(
    (field: FieldName, text: string, signal: AbortSignal) =>
      engine.call('query.values', { field, text: text.slice(0, 256), limit: 12 }, signal),
    [],
  );
  return <SearchBar {...props} valuesOf={valuesOf} />;
}
