import {
  useCallback,
  useEffectEvent,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type RefObject,
} from 'react';
import { flushSync } from 'react-dom';
import { linesIn, longScroll, OVERSCAN, scrolledTo, type LineAt } from './long-scroll.ts';

const BASE_STEP = 100_000;
/** A list that has not moved for so long is at rest. */
const REST_MS = 150;

export interface LinesInSight {
  readonly items: readonly LineAt[];
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

interface Place {
  /** How far the list is scrolled; to a whole line where nothing but the lines in sight depends on it. */
  readonly top: number;
  readonly viewport: number;
  readonly moving: boolean;
}

function revealLine(
  { current: element }: RefObject<HTMLDivElement | null>,
  index: number,
  { factor, row }: { readonly factor: number; readonly row: number },
): void {
  if (element === null) return;
  const now = element.scrollTop * factor;
  const to = scrolledTo(index, now, { row, viewport: element.clientHeight, header: row });
  if (to !== now) element.scrollTop = to / factor;
}

/**
 * The lines of a list that are in sight, however many there are. All are of one height, so where each stands is a
 * multiplication: nothing is kept or computed for those out of sight.
 * @param row height of a line and of the head
 * @param onMove told which lines come into sight, without those around them, before they are drawn: who has to fetch them
 *   begins at once
 */
export function useLinesInSight(
  scroller: RefObject<HTMLDivElement | null>,
  count: number,
  row: number,
  onMove: (first: number, last: number) => void,
): LinesInSight {
  const [place, setPlace] = useState<Place>({ top: 0, viewport: 0, moving: false });
  const long = longScroll(count * row, place.viewport, window.devicePixelRatio);
  const scale = useRef({ factor: 1, row });
  useLayoutEffect(() => {
    scale.current = { factor: long.factor, row };
  }, [long.factor, row]);
  const tell = useEffectEvent((top: number, viewport: number) => {
    const lines = linesIn(top * long.factor, viewport, row, count, 0);
    const [first, last] = [lines[0], lines.at(-1)];
    if (first !== undefined && last !== undefined) onMove(first.index, last.index);
  });

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    let timer: number | undefined;
    const look = (moving: boolean | null) => {
      const { factor, row: line } = scale.current;
      const { scrollTop, clientHeight: viewport } = element;
      const top = factor === 1 ? Math.floor(scrollTop / line) * line : scrollTop;
      setPlace((before) => {
        const next = { top, viewport, moving: moving ?? before.moving };
        const same =
          before.top === next.top && before.viewport === next.viewport && before.moving === next.moving;
        return same ? before : next;
      });
    };
    const scrolled = () => {
      tell(element.scrollTop, element.clientHeight);
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        look(false);
      }, REST_MS);
      // In the very frame: otherwise it shows what stood there before.
      flushSync(() => {
        look(true);
      });
    };
    const observer = new ResizeObserver(() => {
      look(null);
    });
    observer.observe(element);
    element.addEventListener('scroll', scrolled, { passive: true });
    look(null);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      element.removeEventListener('scroll', scrolled);
    };
  }, [scroller]);

  const offset = place.top * long.factor;
  const items = useMemo(
    () => linesIn(offset, place.viewport, row, count, OVERSCAN),
    [offset, place.viewport, row, count],
  );
  const beyond = long.factor === 1 ? 0 : Math.round(offset - place.top);
  const base = Math.floor(beyond / BASE_STEP) * BASE_STEP;
  const reveal = useCallback(
    (index: number) => {
      revealLine(scroller, index, scale.current);
    },
    [scroller],
  );
  return {
    items,
    first: items[0]?.index ?? 0,
    last: items.at(-1)?.index ?? 0,
    moving: place.moving,
    height: long.height,
    base,
    shift: beyond - base,
    reveal,
  };
}
