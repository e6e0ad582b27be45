import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider, useColorScheme, type Theme } from '@mui/material/styles';
import { useEffect, useInsertionEffect, useMemo, type ReactNode } from 'react';
import { useSettings } from '../store/settings-store.ts';
import { makeTheme, themeVariables } from './theme.ts';

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

/** The theme's variables, as they are: the style cache would first read every character of them, some ten thousands. */
function useVariables(theme: Theme): void {
  useInsertionEffect(() => {
    const style = document.createElement('style');
    style.nonce = nonce;
    style.textContent = themeVariables(theme);
    document.head.prepend(style);
    return () => {
      style.remove();
    };
  }, [theme]);
}

/** Theme, density and the style cache with the page's nonce around everything. */
export function ThemeRoot({ children }: { readonly children: ReactNode }): ReactNode {
  const { theme: choice, density } = useSettings((state) => state.settings);
  const theme = useMemo(() => makeTheme(density), [density]);
  useVariables(theme);
  return (
    <CacheProvider value={cache}>
      <ThemeProvider
        theme={theme}
        defaultMode={choice}
        storageManager={null}
        noSsr
        disableStyleSheetGeneration
      >
        <CssBaseline />
        <FollowTheme theme={choice} />
        {children}
      </ThemeProvider>
    </CacheProvider>
  );
}
