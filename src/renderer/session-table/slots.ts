import type { ListEntry } from '../store/grouped-list.ts';

/** One line of the list where it stands on screen. */
export interface Line {
  readonly index: number;
  readonly top: number;
  readonly entry: ListEntry;
  /** Which element draws it. */
  readonly slot: number;
}

/** As many elements as there are lines on screen; a line that comes into sight takes the element of one that left it. */
export interface Slots {
  /**
   * The lines to draw, in the order in which their elements stand in the page.
   * @param moving the list is being scrolled: no element is moved among the others before it rests, because that would
   *   lay out the whole list anew in each frame
   */
  lines(
    items: readonly { readonly index: number; readonly start: number }[],
    entry: (index: number) => ListEntry | undefined,
    moving: boolean,
  ): readonly Line[];
}

/**
 * A line that is still on its way leaves in its element what was drawn there last, out of sight where it stood: after a
 * jump elements are neither thrown away nor emptied, only written once, when the rows are there.
 */
export function createSlots(): Slots {
  let order: readonly number[] = [];
  let indexes = new Map<number, number>();
  let drawn = new Map<number, Line>();
  let made = 0;
  return {
    lines: (items, entry, moving) => {
      const wanted = new Map(items.map((item) => [item.index, item]));
      const kept = new Map<number, number>();
      const free: number[] = [];
      for (const slot of order) {
        const index = indexes.get(slot);
        if (index !== undefined && wanted.has(index)) kept.set(index, slot);
        else free.push(slot);
      }
      free.reverse();
      const fresh: number[] = [];
      const slots = items.map(({ index }) => {
        const slot = kept.get(index) ?? free.pop();
        if (slot !== undefined) return slot;
        fresh.push(made);
        return made++;
      });
      indexes = new Map(
        slots.flatMap((slot, at) => (items[at] === undefined ? [] : [[slot, items[at].index]])),
      );
      order = moving ? [...order.filter((slot) => indexes.has(slot)), ...fresh] : slots;
      const lines = order.flatMap((slot): Line[] => {
        const item = wanted.get(indexes.get(slot) ?? -1);
        const found = item === undefined ? undefined : entry(item.index);
        if (item !== undefined && found !== undefined)
          return [{ index: item.index, top: item.start, entry: found, slot }];
        const before = drawn.get(slot);
        return before === undefined || wanted.has(before.index) ? [] : [before];
      });
      drawn = new Map(lines.map((line) => [line.slot, line]));
      return lines;
    },
  };
}
