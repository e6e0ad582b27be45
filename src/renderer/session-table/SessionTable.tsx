import Box from '@mui/material/Box';
import { useTheme } from '@mui/material/styles';
import { useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  type CSSProperties,
  type MouseEvent,
  type ReactNode,
} from 'react';
import type { SessionRow } from '#shared/ipc/views.ts';
import { EmptyState } from '../components/EmptyState.tsx';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { Waiting } from '../components/Waiting.tsx';
import {
  chosenKey,
  clearChosen,
  closePanel,
  openPanel,
  toggleChosen,
  usePanel,
  useSelection,
} from '../store/selection-store.ts';
import { useApp } from '../store/app-store.ts';
import { useRespond } from '../store/respond-store.ts';
import { isFiltered, NO_FILTER, type FilterStore } from '../store/session-filter.ts';
import { goLive } from '../store/time-store.ts';
import { columns, features } from './columns.tsx';
import { Grid, Scroller } from './grid-styles.ts';
import { NoSessions } from './NoSessions.tsx';
import { SessionHeader } from './SessionHeader.tsx';
import { SessionMenu, type MenuAt } from './SessionMenu.tsx';
import { SessionRowView } from './SessionRowView.tsx';
import { SessionToolbar } from './SessionToolbar.tsx';
import { toggleAll } from './select-all.ts';
import { useColumns, type Columns } from './use-columns.ts';
import { useGridKeys } from './use-grid-keys.ts';
import { useSessionList, type Sort } from './use-session-list.ts';

const headersOf = <H extends { readonly column: { readonly id: string } }>(
  headers: readonly H[],
  shown: readonly string[],
): readonly H[] => {
  const byId = new Map(headers.map((header) => [header.column.id, header]));
  return ['select', ...shown].flatMap((id) => byId.get(id) ?? []);
};
const gridVariables = ({ template, least }: Columns): CSSProperties =>
  ({ '--wf-columns': template, '--wf-least': least }) as CSSProperties;

/** Live, virtualised, sorted by the engine; rows out of sight are not in the page. */
export function SessionTable(props: {
  readonly filter: FilterStore;
  readonly title: string;
  readonly tools?: ReactNode;
}): ReactNode {
  const { filter } = props;
  const theme = useTheme();
  const [sort, setSort] = useState<Sort>({ by: 'lastSeenAt', descending: true });
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  const [menu, setMenu] = useState<MenuAt | null>(null);
  const [active, setActive] = useState(0);
  const acting = useRespond((state) => state.respond.is !== 'closed');
  const filling = useApp((state) =>
    (state.environments ?? []).some((environment) => environment.state.is === 'syncing'),
  );
  // While a store is first read there is no order worth holding.
  const held = !filling && (pointed || focused || scrolled || acting || menu !== null);
  const list = useSessionList(filter, sort, held);
  const { view, need } = list;
  const chosen = useSelection((state) => state.chosen);
  const open = usePanel((state) => state.open);
  const scroller = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);

  const virtual = useVirtualizer({
    count: view.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => theme.row,
    scrollPaddingStart: theme.row,
    overscan: 8,
  });
  useEffect(() => {
    virtual.measure();
  }, [virtual, theme.row]);
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    need(first, last);
  }, [need, first, last, view.total]);

  const loaded = items.flatMap((item) => {
    const row = list.row(item.index);
    return row === undefined ? [] : [{ item, row }];
  });
  const columnChoice = useColumns();
  const shownKey = columnChoice.shown.map(({ id }) => id).join(',');
  const shownIds = useMemo(() => shownKey.split(','), [shownKey]);
  const table = useTable({
    features,
    columns,
    data: loaded.map(({ row }) => row),
    manualSorting: true,
  });
  const rows = table.getRowModel().rows;

  const moveTo = useCallback(
    (index: number) => {
      setActive(index);
      virtual.scrollToIndex(index);
      const focus = () => {
        const row = grid.current?.querySelector<HTMLElement>(`[data-index="${String(index)}"]`);
        row?.focus({ preventScroll: true });
      };
      focus();
      // A row that was out of sight is drawn only after the scroll.
      requestAnimationFrame(focus);
    },
    [virtual],
  );
  const onOpen = useCallback((index: number, row: SessionRow) => {
    setActive(index);
    openPanel(row);
  }, []);
  const onToggle = useCallback((index: number, row: SessionRow) => {
    setActive(index);
    toggleChosen(row);
  }, []);
  const onMenu = useCallback((event: MouseEvent, index: number, row: SessionRow) => {
    event.preventDefault();
    setActive(index);
    setMenu({ row, left: event.clientX, top: event.clientY });
  }, []);
  useGridKeys(grid, {
    active,
    total: view.total,
    page: Math.max(1, last - first - 16),
    row: list.row,
    moveTo,
    open: onOpen,
    toggle: onToggle,
    menu: (index, row) => {
      const box = grid.current?.querySelector(`[data-index="${String(index)}"]`)?.getBoundingClientRect();
      setMenu({ row, left: (box?.left ?? 0) + theme.row * 2, top: box?.bottom ?? 0 });
    },
    back: () => {
      if (usePanel.getState().open !== null) closePanel();
      else if (useSelection.getState().chosen.size > 0) clearChosen();
      else if (isFiltered(filter.getState()))
        filter.setState({ ...NO_FILTER, state: filter.getState().state });
      else goLive();
    },
  });

  const allChosen = chosen.size === 0 ? 'none' : chosen.size >= view.total && view.total > 0 ? 'all' : 'some';
  return (
    <Box
      sx={{ display: 'flex', flexDirection: 'column', flex: 1, minHeight: 0, bgcolor: 'background.paper' }}
    >
      <SessionToolbar
        title={props.title}
        filter={filter}
        list={list}
        tools={props.tools}
        columns={columnChoice}
      />
      {view.problem === null ? null : <ProblemBox flat problem={view.problem} />}
      <Scroller
        ref={scroller}
        onScroll={(event) => {
          setScrolled(event.currentTarget.scrollTop > 0);
        }}
        onPointerEnter={() => {
          setPointed(true);
        }}
        onPointerLeave={() => {
          setPointed(false);
        }}
        onFocus={() => {
          setFocused(true);
        }}
        onBlur={() => {
          setFocused(false);
        }}
      >
        <Grid
          ref={grid}
          role="grid"
          aria-label={props.title}
          aria-rowcount={view.total + 1}
          aria-multiselectable="true"
          style={gridVariables(columnChoice)}
        >
          <SessionHeader
            headers={headersOf(table.getHeaderGroups()[0]?.headers ?? [], shownIds)}
            columns={columnChoice}
            sort={sort}
            onSort={setSort}
            allChosen={allChosen}
            onToggleAll={() => void toggleAll(filter.getState(), sort)}
          />
          <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {loaded.map(({ item, row }, at) => {
              const model = rows[at];
              if (model === undefined) return null;
              return (
                <SessionRowView
                  key={item.key}
                  row={model}
                  original={row}
                  index={item.index}
                  top={item.start}
                  active={item.index === Math.max(first, Math.min(last, active))}
                  chosen={chosen.has(chosenKey(row))}
                  open={open !== null && chosenKey(open) === chosenKey(row)}
                  onOpen={onOpen}
                  onToggle={onToggle}
                  onMenu={onMenu}
                  columns={shownIds}
                />
              );
            })}
          </div>
        </Grid>
        {view.is === 'loading' ? <Waiting lines={8} what="sessions" /> : null}
        {view.is === 'failed' ? (
          <EmptyState title="The sessions could not be read">What is said above tells why.</EmptyState>
        ) : null}
        {view.is === 'ready' && view.total === 0 ? <NoSessions filter={filter} /> : null}
      </Scroller>
      <SessionMenu
        at={menu}
        filter={filter}
        onClose={() => {
          setMenu(null);
          moveTo(active);
        }}
      />
    </Box>
  );
}
