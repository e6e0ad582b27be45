import type { ReactNode } from 'react';
export function EndSessionsDialog(): ReactNode {
  return null;
}
