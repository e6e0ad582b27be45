import { useState } from 'react';
import type { Figures } from '#shared/ipc/views.ts';

const KEPT = 60;

/** Live counts since the view was opened, one for each answer. */
export function useSamples(figures: Figures | null): readonly number[] {
  const [samples, setSamples] = useState<readonly number[]>([]);
  const [last, setLast] = useState<Figures | null>(null);
  if (figures !== null && figures !== last) {
    setLast(figures);
    setSamples([...samples, figures.sessions].slice(-KEPT));
  }
  return samples;
}
