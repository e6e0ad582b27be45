/** Sizes that are not on the grid of four: panes, columns of fixed things. Pixels at zoom 1. */
export const SIZE = {
  topBar: 44,
  navigation: 160,
  navigationNarrow: 52,
  feed: 300,
  timeBar: 66,
  queue: 392,
  queueNarrow: 330,
  cardMap: 210,
  mapLeast: 160,
  tableLeast: 140,
  tableUsual: 300,
  panel: 420,
  dialog: 640,
  form: 520,
  prose: 640,
  sparkWidth: 72,
  sparkHeight: 18,
  rowCompact: 27,
  rowComfortable: 34,
  line: 1,
  focus: 2,
} as const;

/** A window as low as this (one at 200 %, too) has no room above its map: what stands over it is one line. */
export const LOW_WINDOW = '@media (max-height: 560px)';
