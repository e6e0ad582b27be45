import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { Part } from '../../components/Part.tsx';
import { useApp } from '../../store/app-store.ts';

/** What this is, where its data lies, and whose data it shows. */
export function About(): ReactNode {
  const info = useApp((state) => state.info);
  const about = useApp((state) => state.about);
  return (
    <Part title="About">
      <Box sx={{ display: 'grid', gap: 1, color: 'text.secondary' }}>
        {info === null ? null : (
          <>
            <Typography>{`Watchfloor ${info.version}, Electron ${info.electron}, Chromium ${info.chromium}, ${info.platform}`}</Typography>
            {info.supported ? null : (
              <Typography sx={{ color: 'severity.medium' }}>
                ⚠ This runtime is out of support. Use a machine that can reach Electron’s releases for real
                work.
              </Typography>
            )}
            <Typography
              sx={{ overflowWrap: 'anywhere', userSelect: 'text' }}
            >{`Data: ${info.profile}`}</Typography>
          </>
        )}
        <Typography>Base map: Natural Earth (public domain), drawn with Leaflet.</Typography>
        {(about?.attributions ?? []).map(({ text, url }) => (
          <Typography key={url} sx={{ userSelect: 'text' }}>{`${text} (${url})`}</Typography>
        ))}
      </Box>
    </Part>
  );
}
