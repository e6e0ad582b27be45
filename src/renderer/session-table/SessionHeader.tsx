import { memo, useRef, useState, type ReactNode } from 'react';
import { COLUMN_NAMES, SORT_OF } from './columns.ts';
import { widenedColumn } from './column-layout.ts';
import { Edge, HeadCell, HeaderButton, HeaderRow } from './grid-styles.ts';
import type { Columns } from './use-columns.ts';
import type { Sort } from '../store/session-pages.ts';

/** Times start with the newest, risk with the highest, names with A. */
const DESCENDING_FIRST: ReadonlySet<string> = new Set(['lastSeenAt', 'openedAt', 'endedAt', 'risk']);

function Resize(props: {
  readonly onWidth: (width: number) => void;
  readonly onDone: () => void;
  readonly onReset: () => void;
}): ReactNode {
  const from = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const [dragged, setDragged] = useState(false);
  return (
    <Edge
      aria-hidden="true"
      data-dragged={dragged}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        const width = event.currentTarget.parentElement?.getBoundingClientRect().width ?? 0;
        from.current = { x: event.clientX, width };
        setDragged(true);
      }}
      onPointerMove={(event) => {
        if (from.current !== null) props.onWidth(from.current.width + event.clientX - from.current.x);
      }}
      onPointerUp={() => {
        from.current = null;
        setDragged(false);
        props.onDone();
      }}
      onDoubleClick={props.onReset}
    />
  );
}

interface Props {
  /** Columns that are shown, in order. */
  readonly ids: readonly string[];
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly allChosen: 'all' | 'some' | 'none';
  readonly onToggleAll: () => void;
  readonly columns: Columns;
}

function View(props: Props): ReactNode {
  const { sort, onSort } = props;
  return (
    <div role="rowgroup">
      <HeaderRow role="row" aria-rowindex={1}>
        {['select', ...props.ids].map((id) => {
          const label = COLUMN_NAMES[id] ?? id;
          const by = SORT_OF[id];
          const sorted = by === sort.by;
          if (id === 'select') {
            return (
              <HeadCell key={id} role="columnheader" aria-label="Selected">
                <input
                  type="checkbox"
                  className="wf-check"
                  aria-label="Select all sessions of this list"
                  checked={props.allChosen === 'all'}
                  ref={(element) => {
                    if (element !== null) element.indeterminate = props.allChosen === 'some';
                  }}
                  onChange={props.onToggleAll}
                />
              </HeadCell>
            );
          }
          return (
            <HeadCell
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
              <Resize
                onWidth={(width) => {
                  props.columns.draft(id, width);
                }}
                onDone={props.columns.keep}
                onReset={() => {
                  props.columns.change(widenedColumn(props.columns.shown, id, null));
                }}
              />
            </HeadCell>
          );
        })}
      </HeaderRow>
    </div>
  );
}

/** Names of the columns, sorted and widened here. Drawn again only when one of its own facts changes. */
export const SessionHeader = memo(View);
