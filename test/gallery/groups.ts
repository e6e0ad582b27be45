import { BOX_ENTRIES } from './boxes.tsx';
import { CHART_ENTRIES } from './charts.tsx';
import type { Entry } from './entry.ts';
import { FIELD_ENTRIES } from './fields.tsx';
import { MARK_ENTRIES } from './marks.tsx';
import { PART_ENTRIES } from './parts.tsx';

/** Everything that the gallery shows, page by page. */
export const GROUPS = {
  marks: MARK_ENTRIES,
  fields: FIELD_ENTRIES,
  boxes: BOX_ENTRIES,
  charts: CHART_ENTRIES,
  parts: PART_ENTRIES,
} as const satisfies Readonly<Record<string, readonly Entry[]>>;
export type GroupName = keyof typeof GROUPS;
export const GROUP_NAMES = Object.keys(GROUPS) as GroupName[];
