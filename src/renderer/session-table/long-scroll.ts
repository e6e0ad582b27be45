/** Chromium lays nothing out beyond 2²⁵ pixels of the screen; zoom and dense screens make more of them of one CSS pixel. */
const MOST_DEVICE_PX = 33_000_000;

/** How a list that is higher than the browser can lay out is scrolled: the bar stands for more than it is long. */
export interface LongScroll {
  /** Height that the page gives the list, CSS pixels. */
  readonly height: number;
  /** Pixels of the list for each pixel of the scroll bar. */
  readonly factor: number;
}

/**
 * @param total height of all lines together
 * @param viewport height in which they are looked at
 * @param devicePixels pixels of the screen for each CSS pixel, zoom included
 */
export function longScroll(total: number, viewport: number, devicePixels: number): LongScroll {
  const most = MOST_DEVICE_PX / devicePixels;
  if (total <= most) return { height: total, factor: 1 };
  return { height: most, factor: (total - viewport) / (most - viewport) };
}

/** Lines above and below those in sight that are drawn with them. */
export const OVERSCAN = 6;

/** A line and where it stands in the list, pixels. */
export interface LineAt {
  readonly index: number;
  readonly start: number;
}

/**
 * The lines in sight and so many around them, in order.
 * @param offset how far the list is scrolled; up to one line more counts as seen
 */
export function linesIn(
  offset: number,
  viewport: number,
  row: number,
  count: number,
  around: number,
): readonly LineAt[] {
  if (viewport === 0) return [];
  const first = Math.max(0, Math.min(Math.floor(offset / row), count - 1) - around);
  const last = Math.min(count - 1, Math.floor((offset + viewport) / row) + 1 + around);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => ({
    index: first + at,
    start: (first + at) * row,
  }));
}

/**
 * Where the list is scrolled to so that a line is wholly in sight, with as little movement as there can be.
 * @param header height of what covers the top of the list
 */
export function scrolledTo(
  index: number,
  now: number,
  sizes: { readonly row: number; readonly viewport: number; readonly header: number },
): number {
  const { row, viewport, header } = sizes;
  const top = index * row;
  const least = header + top + row - viewport;
  return Math.max(0, Math.min(top, Math.max(now, least)));
}
