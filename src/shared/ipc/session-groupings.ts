/** What a list of sessions can be grouped by. */
export const GROUPINGS = ['person', 'address', 'network', 'country', 'device', 'environment'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Most groups that one answer names. */
export const MOST_GROUPS = 5_000;
