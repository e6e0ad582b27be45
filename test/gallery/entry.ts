import type { ReactNode } from 'react';

/** One exported component of src/renderer/components or src/renderer/parts, in each of its states. */
export interface Entry {
  /** Name of the export. */
  readonly component: string;
  /** Lies over the page, so it is shown alone. */
  readonly over?: boolean;
  /** Needs the whole width. */
  readonly wide?: boolean;
  readonly states: readonly (readonly [name: string, show: () => ReactNode])[];
}

/** A state for each of some values, named after it. */
export const each = <T extends string>(
  values: readonly T[],
  show: (value: T) => ReactNode,
): Entry['states'] => values.map((value) => [value, () => show(value)] as const);
