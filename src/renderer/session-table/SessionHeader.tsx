import type { Header } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import type { SessionRow } from '#shared/ipc/views.ts';
import { SORT_OF, type features } from './columns.tsx';
import { Cell, Check, HeaderButton, HeaderRow } from './grid-styles.ts';
import type { Sort } from './use-session-list.ts';

/** Times start with the newest; names with A. */
const DESCENDING_FIRST: ReadonlySet<string> = new Set(['lastSeenAt', 'openedAt', 'endedAt']);

export function SessionHeader(props: {
  readonly headers: readonly Header<typeof features, SessionRow>[];
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly allChosen: 'all' | 'some' | 'none';
  readonly onToggleAll: () => void;
}): ReactNode {
  const { headers, sort, onSort } = props;
  return (
    <div role="rowgroup">
      <HeaderRow role="row" aria-rowindex={1}>
        {headers.map((header) => {
          const { id } = header.column;
          const label = String(header.column.columnDef.header);
          const by = SORT_OF[id];
          const sorted = by === sort.by;
          if (id === 'select') {
            return (
              <Cell key={id} role="columnheader" aria-label="Selected">
                <Check
                  type="checkbox"
                  aria-label="Select all sessions of this list"
                  checked={props.allChosen === 'all'}
                  ref={(element) => {
                    if (element !== null) element.indeterminate = props.allChosen === 'some';
                  }}
                  onChange={props.onToggleAll}
                />
              </Cell>
            );
          }
          return (
            <Cell
              key={id}
              role="columnheader"
              aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : undefined}
            >
              {by === undefined ? (
                label
              ) : (
                <HeaderButton
                  type="button"
                  title={`Sort by ${label.toLowerCase()}`}
                  onClick={() => {
                    onSort({ by, descending: sorted ? !sort.descending : DESCENDING_FIRST.has(by) });
                  }}
                >
                  {label}
                  <span aria-hidden="true">{sorted ? (sort.descending ? ' ↓' : ' ↑') : ''}</span>
                </HeaderButton>
              )}
            </Cell>
          );
        })}
      </HeaderRow>
    </div>
  );
}
