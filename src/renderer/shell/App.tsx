import type { ReactNode } from 'react';
import type { Problem } from '#shared/domain/result.ts';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { useApp } from '../store/app-store.ts';
import { useSettings } from '../store/settings-store.ts';
import { ThemeRoot } from '../theme/ThemeRoot.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Shell } from './Shell.tsx';
import { Unlock } from './Unlock.tsx';

/** The window. It is drawn once it has been started, because theme, density and view are known only then. */
export function App({ problem }: { readonly problem: Problem | null }): ReactNode {
  const loaded = useSettings((state) => state.loaded);
  const engine = useApp((state) => state.engine);
  return (
    <ThemeRoot>
      <ErrorBoundary what="The window">
        {problem === null ? null : <ProblemBox flat problem={problem} />}
        {!loaded ? null : engine.is === 'locked' ? <Unlock locked={engine} /> : <Shell />}
      </ErrorBoundary>
    </ThemeRoot>
  );
}
