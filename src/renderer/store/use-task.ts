import { useCallback, useState } from 'react';
import type { Problem } from '#shared/domain/result.ts';
import { problemOf } from '../bridge/problem-error.ts';

export interface Task {
  readonly busy: boolean;
  readonly problem: Problem | null;
  readonly run: (act: () => Promise<void>) => Promise<void>;
  readonly forget: () => void;
}

/** Runs one thing at a time for a form, and keeps what went wrong beside it. */
export function useTask(): Task {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = useCallback(async (act: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await act();
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  }, []);
  const forget = useCallback(() => {
    setProblem(null);
  }, []);
  return { busy, problem, run, forget };
}
