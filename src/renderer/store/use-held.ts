import { useState } from 'react';
import type { Query } from './use-engine-query.ts';

/** The newest value there was, while another question is under way: figures that go blank between two tell less. */
export function useHeld<T>(query: Query<T>): T | null {
  const value = query.is === 'ready' ? query.value : null;
  const [held, setHeld] = useState(value);
  if (value !== null && value !== held) setHeld(value);
  return value ?? held;
}
