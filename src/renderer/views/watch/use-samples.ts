import { useEffect, useState } from 'react';
import type { Figures } from '#shared/ipc/views.ts';

const KEPT = 60;

/** Live counts since the view was opened, one for each answer. */
export function useSamples(figures: Figures | null): readonly number[] {
  const [samples, setSamples] = useState<readonly number[]>([]);
  useEffect(() => {
    if (figures !== null) setSamples((before) => [...before, figures.sessions].slice(-KEPT));
  }, [figures]);
  return samples;
}
