import { flexRender, type Row } from '@tanstack/react-table';
import { memo, type MouseEvent, type ReactNode } from 'react';
import type { SessionRow } from '#shared/ipc/views.ts';
import type { features } from './columns.tsx';
import { BodyRow, Cell, Check } from './grid-styles.ts';

interface Props {
  readonly row: Row<typeof features, SessionRow>;
  readonly original: SessionRow;
  readonly index: number;
  readonly top: number;
  readonly active: boolean;
  /** It stands below the head of its group. */
  readonly grouped: boolean;
  readonly chosen: boolean;
  readonly open: boolean;
  readonly onOpen: (index: number, row: SessionRow) => void;
  readonly onToggle: (index: number, row: SessionRow) => void;
  readonly onMenu: (event: MouseEvent, index: number, row: SessionRow) => void;
  readonly onDrag: (row: SessionRow) => void;
  /** Which columns are shown, in order. */
  readonly columns: readonly string[];
}

/** What the row is called by assistive technology when it takes the focus. */
const nameOf = (row: SessionRow): string => row.account?.name ?? 'session without a person';

const cellsOf = (row: Props['row'], ids: readonly string[]) => {
  const cells = new Map(row.getAllCells().map((cell) => [cell.column.id, cell]));
  return ['select', ...ids].flatMap((id) => cells.get(id) ?? []);
};

function View(props: Props): ReactNode {
  const { row, original, index, onOpen, onToggle, onMenu } = props;
  return (
    <BodyRow
      role="row"
      aria-rowindex={index + 2}
      aria-level={props.grouped ? 2 : undefined}
      aria-selected={props.chosen}
      data-index={index}
      data-open={props.open}
      data-ended={original.status === 'ended'}
      tabIndex={props.active ? 0 : -1}
      style={{ transform: `translateY(${String(props.top)}px)` }}
      draggable
      onDragStart={(event) => {
        // The system drags a file instead of the row's picture.
        event.preventDefault();
        props.onDrag(original);
      }}
      onClick={() => {
        onOpen(index, original);
      }}
      onContextMenu={(event) => {
        onMenu(event, index, original);
      }}
    >
      {cellsOf(row, props.columns).map((cell) => (
        <Cell key={cell.id} role="gridcell">
          {cell.column.id === 'select' ? (
            <Check
              type="checkbox"
              tabIndex={-1}
              checked={props.chosen}
              aria-label={`Select ${nameOf(original)}`}
              onClick={(event) => {
                event.stopPropagation();
              }}
              onChange={() => {
                onToggle(index, original);
              }}
            />
          ) : (
            flexRender(cell.column.columnDef.cell, cell.getContext())
          )}
        </Cell>
      ))}
    </BodyRow>
  );
}

/** One session in the table. Renders again only when its own facts change. */
export const SessionRowView = memo(
  View,
  (before, after) =>
    before.original === after.original &&
    before.index === after.index &&
    before.top === after.top &&
    before.active === after.active &&
    before.grouped === after.grouped &&
    before.chosen === after.chosen &&
    before.open === after.open &&
    before.onOpen === after.onOpen &&
    before.onToggle === after.onToggle &&
    before.onMenu === after.onMenu &&
    before.onDrag === after.onDrag &&
    before.columns === after.columns,
);
