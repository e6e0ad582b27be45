import { useState, type FocusEvent } from 'react';
import { steadyRows } from './steady-rows.ts';

/** What an element that shows the rows hands on, so that it is known whether somebody is at them. */
interface Watched {
  readonly onPointerEnter: () => void;
  readonly onPointerLeave: () => void;
  readonly onFocus: () => void;
  readonly onBlur: (event: FocusEvent<HTMLElement>) => void;
}

/**
 * Rows that the engine orders anew whenever something happens, in the order that they had when somebody came to them,
 * with the pointer or the keyboard: nothing jumps away under a click. They are in order again when nobody is there.
 */
export function useSteadyRows<T>(
  rows: readonly T[],
  idOf: (row: T) => string,
): { readonly rows: readonly T[]; readonly watched: Watched } {
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const [order, setOrder] = useState<readonly string[]>([]);
  const shown = pointed || focused ? steadyRows(order, rows, idOf) : rows;
  const ids = shown.map(idOf);
  // Kept with every change: what came while somebody was there keeps its place, too.
  if (ids.length !== order.length || ids.some((id, at) => id !== order[at])) setOrder(ids);
  return {
    rows: shown,
    watched: {
      onPointerEnter: () => {
        setPointed(true);
      },
      onPointerLeave: () => {
        setPointed(false);
      },
      onFocus: () => {
        setFocused(true);
      },
      onBlur: ({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) setFocused(false);
      },
    },
  };
}
