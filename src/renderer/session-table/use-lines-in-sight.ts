import {
  elementScroll,
  observeElementOffset,
  useVirtualizer,
  type VirtualItem,
} from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useRef, type RefObject } from 'react';
import { longScroll, scrolledTo } from './long-scroll.ts';

/** Lines above and below those in sight. */
const OVERSCAN = 6;
const BASE_STEP = 100_000;

export interface LinesInSight {
  readonly items: readonly VirtualItem[];
  readonly first: number;
  readonly last: number;
  /** The list is being scrolled. */
  readonly moving: boolean;
  /** Height of what holds the lines, pixels. */
  readonly height: number;
  /**
   * Where the lines are higher than the page can be: from where on they are placed within what holds them, and how far what
   * holds them is moved up besides. The first changes seldom, because every line is drawn anew with it.
   */
  readonly base: number;
  readonly shift: number;
  /** Brings a line into sight. */
  readonly reveal: (index: number) => void;
}

/** The lines of a list that are in sight, however many there are. @param row height of a line and of the head */
export function useLinesInSight(
  scroller: RefObject<HTMLDivElement | null>,
  count: number,
  row: number,
): LinesInSight {
  const factor = useRef(1);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => row,
    overscan: OVERSCAN,
    observeElementOffset: (instance, tell) =>
      observeElementOffset(instance, (offset, moving) => {
        tell(offset * factor.current, moving);
      }),
    scrollToFn: (offset, options, instance) => {
      elementScroll(offset / factor.current, options, instance);
    },
  });
  useEffect(() => {
    virtual.measure();
  }, [virtual, row]);
  const items = virtual.getVirtualItems();
  const long = longScroll(count * row, virtual.scrollRect?.height ?? 0, window.devicePixelRatio);
  useLayoutEffect(() => {
    factor.current = long.factor;
  }, [long.factor]);
  const offset = virtual.scrollOffset ?? 0;
  const beyond = long.factor === 1 ? 0 : Math.round(offset - offset / long.factor);
  const base = Math.floor(beyond / BASE_STEP) * BASE_STEP;
  const reveal = useCallback(
    (index: number) => {
      const element = scroller.current;
      if (element === null) return;
      const now = element.scrollTop * factor.current;
      const to = scrolledTo(index, now, { row, viewport: element.clientHeight, header: row });
      if (to !== now) element.scrollTop = to / factor.current;
    },
    [scroller, row],
  );
  return {
    items,
    first: items[0]?.index ?? 0,
    last: items.at(-1)?.index ?? 0,
    moving: virtual.isScrolling,
    height: long.height,
    base,
    shift: beyond - base,
    reveal,
  };
}
