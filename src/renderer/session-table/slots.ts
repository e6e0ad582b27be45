import type { ListEntry } from '../store/grouped-list.ts';

/** One line of the list where it stands on screen. */
export interface Line {
  readonly index: number;
  readonly top: number;
  readonly entry: ListEntry;
  /** Which of the elements on screen draws it. */
  readonly slot: number;
}

/** As many places as there are lines on screen; a line that comes into sight takes the place of one that left it. */
export interface Slots {
  lines(
    items: readonly { readonly index: number; readonly start: number }[],
    entry: (index: number) => ListEntry | undefined,
  ): readonly Line[];
}

/**
 * A line that is still on its way leaves in its place what was drawn there last, out of sight where it stood: after a jump
 * elements are neither thrown away nor emptied nor moved, only written once, when the rows are there.
 */
export function createSlots(): Slots {
  /** By the index of its line, in the order of the lines. */
  let places = new Map<number, number>();
  let drawn = new Map<number, Line>();
  let made = 0;
  return {
    lines: (items, entry) => {
      const wanted = new Set(items.map(({ index }) => index));
      const free = [...places].flatMap(([index, slot]) => (wanted.has(index) ? [] : [slot])).reverse();
      const next = new Map<number, number>();
      const lines: Line[] = [];
      for (const { index, start } of items) {
        const slot = places.get(index) ?? free.pop() ?? made++;
        next.set(index, slot);
        const found = entry(index);
        const before = drawn.get(slot);
        if (found !== undefined) lines.push({ index, top: start, entry: found, slot });
        else if (before !== undefined && !wanted.has(before.index)) lines.push(before);
      }
      places = next;
      drawn = new Map(lines.map((line) => [line.slot, line]));
      return lines;
    },
  };
}
