import type { ReactNode } from 'react';
export function SessionsView(): ReactNode {
  return null;
}
