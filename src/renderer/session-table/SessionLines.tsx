import { useTheme } from '@mui/material/styles';
import {
  memo,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type CSSProperties,
  type MouseEvent,
  type ReactNode,
  type SyntheticEvent,
} from 'react';
import type { SessionGroup } from '#shared/ipc/desk-contract.ts';
import type { Grouping } from '#shared/ipc/session-groupings.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import { EmptyState } from '../components/EmptyState.tsx';
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
import { firstRowsAreThere } from '../store/first-rows.ts';
import { goLive, timeNow } from '../store/time-store.ts';
import { dragSessions } from './drag-sessions.ts';
import { Grid, Rows, Scroller } from './grid-styles.ts';
import { GroupMenu, type GroupMenuAt } from './GroupMenu.tsx';
import { GroupRowView } from './GroupRowView.tsx';
import { useLooks } from './looks.ts';
import { NoSessions } from './NoSessions.tsx';
import { SessionHeader } from './SessionHeader.tsx';
import { SessionMenu, type MenuAt } from './SessionMenu.tsx';
import { SessionRowView } from './SessionRowView.tsx';
import { createSlots } from './slots.ts';
import { chooseAll, toggleAll } from './select-all.ts';
import type { Columns } from './use-columns.ts';
import { useGridKeys } from './use-grid-keys.ts';
import { useLinesInSight } from './use-lines-in-sight.ts';
import type { Hold } from './use-hold.ts';
import type { Sort } from '../store/session-pages.ts';
import type { SessionList } from './use-session-list.ts';

const gridVariables = ({ template, least }: Columns): CSSProperties =>
  ({ '--wf-columns': template, '--wf-least': least }) as CSSProperties;

export interface LinesProps {
  readonly filter: FilterStore;
  readonly arrangement: ArrangementStore;
  readonly title: string;
  readonly by: Grouping | null;
  readonly hold: Hold;
  readonly sort: Sort;
  readonly list: SessionList;
  readonly columns: Columns;
}

/** The line that an event is on. */
function lineOf(event: SyntheticEvent): number | null {
  const line = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-index]') : null;
  return line === null ? null : Number(line.dataset['index']);
}
const isCheck = (event: SyntheticEvent): boolean =>
  event.target instanceof HTMLInputElement && event.target.type === 'checkbox';

function Lines(props: LinesProps): ReactNode {
  const { filter, list, hold, sort, arrangement, by, columns } = props;
  const theme = useTheme();
  const [menu, setMenu] = useState<MenuAt | null>(null);
  const [groupMenu, setGroupMenu] = useState<GroupMenuAt | null>(null);
  const [active, setActive] = useState(0);
  const { view, need } = list;
  const chosen = useSelection((state) => state.chosen);
  const open = usePanel((state) => state.open);
  const scroller = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);

  const { items, first, last, moving, height, base, shift, reveal } = useLinesInSight(
    scroller,
    list.length,
    theme.row,
    need,
  );
  useEffect(() => {
    need(first, last);
  }, [need, first, last, list.length]);

  useEffect(() => {
    if (view.is !== 'loading') firstRowsAreThere();
  }, [view.is]);

  const [slots] = useState(createSlots);
  const lines = slots.lines(items, list.entry, moving);
  const looks = useLooks();
  const shownKey = columns.shown.map(({ id }) => id).join(',');
  const shownIds = useMemo(() => shownKey.split(','), [shownKey]);

  const moveTo = useCallback(
    (index: number) => {
      setActive(index);
      reveal(index);
      const focus = () => {
        const row = grid.current?.querySelector<HTMLElement>(`[data-index="${String(index)}"]`);
        row?.focus({ preventScroll: true });
      };
      focus();
      // A row that was out of sight is drawn only after the scroll.
      requestAnimationFrame(focus);
    },
    [reveal],
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
  /** The session that an event is on. A head of a group hears its events itself. */
  const sessionAt = (event: SyntheticEvent): { readonly index: number; readonly row: SessionRow } | null => {
    const index = lineOf(event);
    const entry = index === null ? undefined : list.entry(index);
    return index === null || entry?.is !== 'session' ? null : { index, row: entry.row };
  };
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
  const activeShown = Math.max(first, Math.min(last, active));
  useLayoutEffect(() => {
    // The element with the focus draws another line now: the focus stays with the line it was on, or the nearest in sight.
    const focused = document.activeElement;
    if (focused?.getAttribute('role') !== 'row' || grid.current?.contains(focused) !== true) return;
    if (focused.getAttribute('data-index') === String(activeShown)) return;
    grid.current
      .querySelector<HTMLElement>(`[data-index="${String(activeShown)}"]`)
      ?.focus({ preventScroll: true });
  }, [activeShown, first, last, view.version]);

  return (
    <>
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
        onBlur={({ currentTarget, relatedTarget }) => {
          // From row to row somebody is still at the list.
          if (!currentTarget.contains(relatedTarget)) hold.focused(false);
        }}
      >
        <Grid
          ref={grid}
          role={by === null ? 'grid' : 'treegrid'}
          aria-label={props.title}
          aria-rowcount={list.length + 1}
          aria-multiselectable="true"
          style={gridVariables(columns)}
        >
          <SessionHeader
            ids={shownIds}
            columns={columns}
            sort={sort}
            onSort={onSort}
            allChosen={allChosen}
            onToggleAll={onToggleAll}
          />
          <Rows
            role="rowgroup"
            style={{ height }}
            onClick={(event) => {
              const at = isCheck(event) ? null : sessionAt(event);
              if (at !== null) onOpen(at.index, at.row);
            }}
            onChange={(event) => {
              const at = sessionAt(event);
              if (at !== null) onToggle(at.index, at.row);
            }}
            onContextMenu={(event) => {
              const at = sessionAt(event);
              if (at === null) return;
              event.preventDefault();
              setActive(at.index);
              setMenu({ row: at.row, left: event.clientX, top: event.clientY });
              holdMenu(true);
            }}
            onDragStart={(event) => {
              // The system drags a file instead of the row's picture.
              event.preventDefault();
              const at = sessionAt(event);
              if (at !== null) void dragSessions(at.row);
            }}
          >
            <div style={shift === 0 ? undefined : { transform: `translateY(${String(-shift)}px)` }}>
              {lines.map(({ index, top, entry, slot }) => {
                const isActive = index === activeShown;
                if (entry.is === 'group') {
                  return by === null ? null : (
                    <GroupRowView
                      key={`group ${entry.group.key ?? ''}`}
                      by={by}
                      group={entry.group}
                      open={entry.open}
                      index={index}
                      top={top - base}
                      active={isActive}
                      onToggle={onToggleGroup}
                      onMenu={onGroupMenu}
                    />
                  );
                }
                const { row } = entry;
                return (
                  <SessionRowView
                    key={slot}
                    row={row}
                    index={index}
                    top={top - base}
                    active={isActive}
                    grouped={by !== null}
                    chosen={chosen.has(chosenKey(row))}
                    open={open !== null && chosenKey(open) === chosenKey(row)}
                    columns={shownIds}
                    looks={looks}
                  />
                );
              })}
            </div>
          </Rows>
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
    </>
  );
}

/** The lines of a list that are in sight, their keys and menus. Nothing else is drawn again when they are scrolled. */
export const SessionLines = memo(Lines);
