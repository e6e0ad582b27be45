import Box from '@mui/material/Box';
import GlobalStyles from '@mui/material/GlobalStyles';
import Link from '@mui/material/Link';
import type { ReactNode } from 'react';
import type { Entry } from './entry.ts';
import { GROUP_NAMES, GROUPS, type GroupName } from './groups.ts';

function State({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <Box sx={{ minWidth: 0, overflow: 'clip', overflowClipMargin: '6px' }}>
      <Box sx={{ typography: 'caption', color: 'text.disabled', mb: 1 }}>{name}</Box>
      {children}
    </Box>
  );
}

function Shown({ entry }: { readonly entry: Entry }): ReactNode {
  const columns = entry.wide === true ? '1fr' : 'repeat(auto-fill, minmax(11rem, 1fr))';
  return (
    <Box component="section" sx={{ borderTop: 1, borderColor: 'divider', py: 2 }}>
      <Box component="h2" sx={{ typography: 'h3', m: 0, mb: 1 }}>
        {entry.component}
      </Box>
      <Box sx={{ display: 'grid', gridTemplateColumns: columns, gap: 2 }}>
        {entry.states.map(([name, show]) => (
          <State key={name} name={name}>
            {show()}
          </State>
        ))}
      </Box>
    </Box>
  );
}

/** A page of components in all their states; one that lies over the page is shown alone, by its link. */
export function Gallery(props: { readonly group: GroupName; readonly alone: string | null }): ReactNode {
  const entries: readonly Entry[] = GROUPS[props.group];
  const alone = entries.find(({ component }) => component === props.alone);
  if (alone !== undefined) return alone.states.map(([name, show]) => <Box key={name}>{show()}</Box>);
  return (
    <>
      {/* The window of the product never scrolls; this page does. */}
      <GlobalStyles
        styles={{ 'html, body, #root': { height: 'auto !important', overflow: 'visible !important' } }}
      />
      <Box data-testid="gallery" sx={{ p: 4, bgcolor: 'background.paper' }}>
        <Box component="nav" sx={{ display: 'flex', gap: 3, pb: 3, alignItems: 'baseline' }}>
          <Box component="h1" sx={{ typography: 'h1', m: 0 }}>
            Components: {props.group}
          </Box>
          {GROUP_NAMES.map((name) => (
            <Link key={name} href={`?group=${name}`}>
              {name}
            </Link>
          ))}
        </Box>
        {entries.map((entry) =>
          entry.over === true ? (
            <Link
              key={entry.component}
              href={`?group=${props.group}&alone=${entry.component}`}
              sx={{ mr: 3 }}
            >
              {entry.component}
            </Link>
          ) : (
            <Shown key={entry.component} entry={entry} />
          ),
        )}
      </Box>
    </>
  );
}
