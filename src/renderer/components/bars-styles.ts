import type { SxProps, Theme } from '@mui/material/styles';
import { LOW_WINDOW } from '../theme/size.ts';

/** The band that bars stand in, above a list: in a low window one line, so that the list keeps its room. */
export const lowOneLine = {
  px: 4,
  pt: 2,
  pb: 1,
  bgcolor: 'background.paper',
  borderBottom: 1,
  borderColor: 'divider',
  [LOW_WINDOW]: { display: 'flex', alignItems: 'center', gap: 2, py: 0.5 },
} as const satisfies SxProps<Theme>;

/** Plain elements in one style: a stretch that is drawn out writes more than a hundred of them anew. */
export const onBars = {
  display: 'flex',
  alignItems: 'flex-end',
  gap: '1px',
  height: '2.75rem',
  cursor: 'col-resize',
  touchAction: 'none',
  [LOW_WINDOW]: { height: '1rem', flex: 1, minWidth: 0 },
  '& > div': { flex: 1, height: '100%', display: 'flex', alignItems: 'flex-end' },
  '& > div > div': { width: '100%', bgcolor: 'primary.main', opacity: 0.75 },
  '& > div:hover, & > div[data-is="waiting"]': { bgcolor: 'surface.hover' },
  '& > div[data-is="chosen"]': { bgcolor: 'surface.selected' },
  '& > div[data-is="beside"] > div': { opacity: 0.3 },
} as const satisfies SxProps<Theme>;
