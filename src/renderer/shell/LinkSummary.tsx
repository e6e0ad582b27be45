import Box from '@mui/material/Box';
import { lazy, Suspense, type CSSProperties, type ReactNode } from 'react';
import { usePointedLink } from './use-pointed-link.ts';

// Read when somebody stays at a link for the first time: a window that opens does without.
const Summary = lazy(async () => ({ default: (await import('./Summary.tsx')).Summary }));
const ID = 'link-summary';

/** Beside the link, on the side with more room, never over it. */
function placed({ left, top, bottom }: DOMRect): CSSProperties {
  const { innerWidth, innerHeight } = window;
  const below = innerHeight - bottom >= top;
  return {
    left: `min(${String(Math.max(4, left))}px, max(4px, ${String(innerWidth - 4)}px - 20rem))`,
    ...(below ? { top: bottom + 2 } : { bottom: innerHeight - top + 2 }),
    maxHeight: Math.max(0, (below ? innerHeight - bottom : top) - 6),
  };
}

/**
 * The summary of whatever a link leads to, the same wherever it stands: shown once somebody has stayed at it with the
 * pointer or the keyboard, asked for only then, and withdrawn with it.
 */
export function LinkSummary(): ReactNode {
  const pointed = usePointedLink(ID);
  if (pointed === null) return null;
  const { thing, text, detail, box } = pointed;
  return (
    <Box
      id={ID}
      role="tooltip"
      data-testid={ID}
      sx={{ position: 'fixed', zIndex: 'tooltip', overflow: 'auto', maxWidth: 'calc(100vw - 8px)' }}
      style={placed(box)}
    >
      <Suspense>
        <Summary key={JSON.stringify(thing)} thing={thing} text={text} detail={detail} />
      </Suspense>
    </Box>
  );
}
