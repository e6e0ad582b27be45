import { useEffect, useState, type ReactNode } from 'react';
import type { Problem } from '#shared/domain/result.ts';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { problemOf } from '../bridge/problem-error.ts';
import { useSettings } from '../store/settings-store.ts';
import { startApp } from '../store/start.ts';
import { ThemeRoot } from '../theme/ThemeRoot.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Shell } from './Shell.tsx';

let started = false;

/** Starts the window once, and shows nothing before the settings are known (theme, density, last view). */
export function App(): ReactNode {
  const loaded = useSettings((state) => state.loaded);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    if (started) return;
    started = true;
    startApp().catch((error: unknown) => {
      setProblem(problemOf(error));
    });
  }, []);
  return (
    <ThemeRoot>
      <ErrorBoundary what="The window">
        {problem === null ? null : <ProblemBox flat problem={problem} />}
        {loaded ? <Shell /> : null}
      </ErrorBoundary>
    </ThemeRoot>
  );
}
