import Box from '@mui/material/Box';
import { useEffect, useState, type ReactNode } from 'react';
import type { Problem } from '#shared/domain/result.ts';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { useApp } from '../store/app-store.ts';

/** The engine is usually back within this time; a banner that only flashes helps nobody. */
const STARTING_PATIENCE_MS = 1_500;

function useLate(waiting: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = window.setTimeout(() => {
      setLate(true);
    }, STARTING_PATIENCE_MS);
    return () => {
      window.clearTimeout(timer);
      setLate(false);
    };
  }, [waiting]);
  return late;
}

/** What concerns the whole window: the engine, the database, the runtime. */
export function Banners(): ReactNode {
  const engine = useApp((state) => state.engine);
  const about = useApp((state) => state.about);
  const problems = useApp((state) => state.problems);
  const late = useLate(engine.is === 'starting');
  const shown: Problem[] = [];
  if (engine.is === 'failed') {
    shown.push({
      code: 'ENGINE_FAILED',
      message: `The engine has stopped: ${engine.message}`,
      advice:
        'What was mirrored is kept, and agents go on enforcing their rules. Start Watchfloor again afterwards.',
    });
  }
  if (about?.database.is === 'read-only') shown.push(about.database.problem);
  for (const problem of problems) {
    if (!shown.some((other) => other.message === problem.message)) shown.push(problem);
  }
  return (
    <>
      {late ? (
        <Box
          role="status"
          sx={{ px: 4, py: 1.5, bgcolor: 'surface.raised', borderBottom: 1, borderColor: 'divider' }}
        >
          {about === null
            ? 'The engine is starting…'
            : 'The engine is starting again. What is shown is what was mirrored before.'}
        </Box>
      ) : null}
      {shown.map((problem) => (
        <ProblemBox key={`${problem.code} ${problem.message}`} flat problem={problem} />
      ))}
    </>
  );
}
