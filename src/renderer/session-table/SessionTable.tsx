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
import type { SessionGroup } from '#shared/ipc/desk-contract.ts';
import type { Grouping } from '#shared/ipc/session-groupings.ts';
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
import { isFiltered, NO_FILTER, requestOf, type FilterStore } from '../store/session-filter.ts';
import type { ArrangementStore } from '../store/list-arrangement.ts';
import { goLive, timeNow } from '../store/time-store.ts';
import { columns, features } from './columns.tsx';
import { dragSessions } from './drag-sessions.ts';
import { Grid, Scroller } from './grid-styles.ts';
import { GroupMenu, type GroupMenuAt } from './GroupMenu.tsx';
import { GroupRowView } from './GroupRowView.tsx';
import { NoSessions } from './NoSessions.tsx';
import { SessionHeader } from './SessionHeader.tsx';
import { SessionMenu, type MenuAt } from './SessionMenu.tsx';
import { SessionRowView } from './SessionRowView.tsx';
import { SessionToolbar } from './SessionToolbar.tsx';
import { markUsable } from './mark-usable.ts';
import { chooseAll, toggleAll } from './select-all.ts';
import { useColumns, type Columns } from './use-columns.ts';
import { useGridKeys } from './use-grid-keys.ts';
import { useGroupedList } from './use-grouped-list.ts';
import { useHold, type Hold } from './use-hold.ts';
import { useSessionList, type SessionList, type Sort } from './use-session-list.ts';

const onDrag = (row: SessionRow): void => void dragSessions(row);
const gridVariables = ({ template, least }: Columns): CSSProperties =>
  ({ '--wf-columns': template, '--wf-least': least }) as CSSProperties;

interface TableProps {
  readonly filter: FilterStore;
  readonly arrangement: ArrangementStore;
  readonly title: string;
  readonly tools?: ReactNode;
}

/** Live, virtualised, sorted and grouped by the engine; rows out of sight are not in the page. */
export function SessionTable(props: TableProps): ReactNode {
  const group = props.arrangement((state) => state.group);
  return group === null ? <FlatTable {...props} /> : <GroupedTable key={group} {...props} by={group} />;
}
function FlatTable(props: TableProps): ReactNode {
  const hold = useHold();
  const sort = useSort(props.arrangement);
  return <Frame {...props} hold={hold} sort={sort} list={useSessionList(props.filter, sort, hold.held)} />;
}
function GroupedTable(props: TableProps & { readonly by: Grouping }): ReactNode {
  const hold = useHold();
  const sort = useSort(props.arrangement);
  const list = useGroupedList(props.filter, sort, props.by, hold.held);
  return <Frame {...props} hold={hold} sort={sort} list={list} />;
}
function useSort(arrangement: ArrangementStore): Sort {
  const { by, descending } = arrangement();
  return useMemo(() => ({ by, descending }), [by, descending]);
}

function Frame(
  props: TableProps & {
    readonly by?: Grouping;
    readonly hold: Hold;
    readonly sort: Sort;
    readonly list: SessionList;
  },
): ReactNode {
  const { filter, list, hold, sort, arrangement } = props;
  const by = props.by ?? null;
  const theme = useTheme();
  const [menu, setMenu] = useState<MenuAt | null>(null);
  const [groupMenu, setGroupMenu] = useState<GroupMenuAt | null>(null);
  const [active, setActive] = useState(0);
  const { view, need } = list;
  const chosen = useSelection((state) => state.chosen);
  const open = usePanel((state) => state.open);
  const scroller = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);

  const virtual = useVirtualizer({
    count: list.length,
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
  }, [need, first, last, list.length]);

  useEffect(() => {
    if (view.is !== 'loading') markUsable();
  }, [view.is]);

  const lines = items.flatMap((item) => {
    const entry = list.entry(item.index);
    return entry === undefined ? [] : [{ item, entry }];
  });
  const sessions = lines.flatMap(({ entry }) => (entry.is === 'session' ? [entry.row] : []));
  const columnChoice = useColumns();
  const shownKey = columnChoice.shown.map(({ id }) => id).join(',');
  const shownIds = useMemo(() => shownKey.split(','), [shownKey]);
  const table = useTable({
    features,
    columns,
    data: sessions,
    manualSorting: true,
  });
  const models = new Map(table.getRowModel().rows.map((model) => [model.original, model]));

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
  const onSort = useCallback(
    (next: Sort) => {
      arrangement.setState(next);
    },
    [arrangement],
  );
  const onToggleAll = useCallback(() => void toggleAll(filter.getState(), sort), [filter, sort]);
  const holdMenu = hold.menu;
  const onMenu = useCallback(
    (event: MouseEvent, index: number, row: SessionRow) => {
      event.preventDefault();
      setActive(index);
      setMenu({ row, left: event.clientX, top: event.clientY });
      holdMenu(true);
    },
    [holdMenu],
  );
  const { toggleGroup } = list;
  const onToggleGroup = useCallback(
    (index: number, group: SessionGroup) => {
      setActive(index);
      toggleGroup(group.key);
    },
    [toggleGroup],
  );
  const onGroupMenu = useCallback(
    (event: MouseEvent, index: number, group: SessionGroup) => {
      event.preventDefault();
      setActive(index);
      setGroupMenu({ group, left: event.clientX, top: event.clientY });
      holdMenu(true);
    },
    [holdMenu],
  );
  const below = (index: number) => {
    const box = grid.current?.querySelector(`[data-index="${String(index)}"]`)?.getBoundingClientRect();
    return { left: (box?.left ?? 0) + theme.row * 2, top: box?.bottom ?? 0 };
  };
  const closeMenus = () => {
    setMenu(null);
    setGroupMenu(null);
    holdMenu(false);
    moveTo(active);
  };
  useGridKeys(grid, {
    active,
    total: list.length,
    page: Math.max(1, last - first - 16),
    entry: list.entry,
    moveTo,
    open: onOpen,
    toggle: onToggle,
    menu: (index, row) => {
      setMenu({ row, ...below(index) });
      holdMenu(true);
    },
    toggleGroup: onToggleGroup,
    chooseGroup: (_index, { key }) => {
      if (by === null) return;
      const group = { by, key };
      void chooseAll({ ...requestOf(filter.getState(), timeNow()), group }, sort);
    },
    groupMenu: (index, group) => {
      setGroupMenu({ group, ...below(index) });
      holdMenu(true);
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
        arrangement={arrangement}
      />
      {view.problem === null ? null : <ProblemBox flat problem={view.problem} />}
      <Scroller
        ref={scroller}
        data-testid="session-scroller"
        onScroll={(event) => {
          hold.scrolled(event.currentTarget.scrollTop > 0);
        }}
        onPointerEnter={() => {
          hold.pointed(true);
        }}
        onPointerLeave={() => {
          hold.pointed(false);
        }}
        onFocus={() => {
          hold.focused(true);
        }}
        onBlur={() => {
          hold.focused(false);
        }}
      >
        <Grid
          ref={grid}
          role={by === null ? 'grid' : 'treegrid'}
          aria-label={props.title}
          aria-rowcount={list.length + 1}
          aria-multiselectable="true"
          style={gridVariables(columnChoice)}
        >
          <SessionHeader
            ids={shownIds}
            columns={columnChoice}
            sort={sort}
            onSort={onSort}
            allChosen={allChosen}
            onToggleAll={onToggleAll}
          />
          <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {lines.map(({ item, entry }) => {
              const isActive = item.index === Math.max(first, Math.min(last, active));
              if (entry.is === 'group') {
                return by === null ? null : (
                  <GroupRowView
                    key={`group ${entry.group.key ?? ''}`}
                    by={by}
                    group={entry.group}
                    open={entry.open}
                    index={item.index}
                    top={item.start}
                    active={isActive}
                    onToggle={onToggleGroup}
                    onMenu={onGroupMenu}
                  />
                );
              }
              const { row } = entry;
              const model = models.get(row);
              if (model === undefined) return null;
              return (
                <SessionRowView
                  key={item.key}
                  row={model}
                  original={row}
                  index={item.index}
                  top={item.start}
                  active={isActive}
                  grouped={by !== null}
                  chosen={chosen.has(chosenKey(row))}
                  open={open !== null && chosenKey(open) === chosenKey(row)}
                  onOpen={onOpen}
                  onToggle={onToggle}
                  onMenu={onMenu}
                  onDrag={onDrag}
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
      <SessionMenu at={menu} filter={filter} onClose={closeMenus} />
      {by === null ? null : (
        <GroupMenu
          at={groupMenu}
          by={by}
          filter={filter}
          sort={sort}
          onToggle={list.toggleGroup}
          onClose={closeMenus}
        />
      )}
    </Box>
  );
}
