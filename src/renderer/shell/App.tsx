import type { ReactNode } from 'react';
import type { Problem } from '#shared/domain/result.ts';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { useSettings } from '../store/settings-store.ts';
import { ThemeRoot } from '../theme/ThemeRoot.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Shell } from './Shell.tsx';

/** The window. It is drawn once it has been started, because theme, density and view are known only then. */
export function App({ problem }: { readonly problem: Problem | null }): ReactNode {
  const loaded = useSettings((state) => state.loaded);
  return (
    <ThemeRoot>
      <ErrorBoundary what="The window">
        {problem === null ? null : <ProblemBox flat problem={problem} />}
        {loaded ? <Shell /> : null}
      </ErrorBoundary>
    </ThemeRoot>
  );
}
