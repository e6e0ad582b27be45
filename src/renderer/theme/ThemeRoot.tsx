import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider, useColorScheme } from '@mui/material/styles';
import { useEffect, useMemo, type ReactNode } from 'react';
import { useSettings } from '../store/settings-store.ts';
import { makeTheme } from './theme.ts';

/** Main writes a fresh nonce into the page; only style elements that carry it are allowed. */
const nonce = document.querySelector('meta[property="csp-nonce"]')?.getAttribute('content') ?? '';
const cache = createCache({ key: 'wf', nonce, prepend: true, speedy: true });

function FollowTheme({ theme }: { readonly theme: 'system' | 'dark' | 'light' }): null {
  const { setMode } = useColorScheme();
  useEffect(() => {
    setMode(theme);
  }, [setMode, theme]);
  return null;
}

/** Theme, density and the style cache with the page's nonce around everything. */
export function ThemeRoot({ children }: { readonly children: ReactNode }): ReactNode {
  const { theme: choice, density } = useSettings((state) => state.settings);
  const theme = useMemo(() => makeTheme(density), [density]);
  return (
    <CacheProvider value={cache}>
      <ThemeProvider theme={theme} defaultMode={choice} storageManager={null} noSsr>
        <CssBaseline />
        <FollowTheme theme={choice} />
        {children}
      </ThemeProvider>
    </CacheProvider>
  );
}
