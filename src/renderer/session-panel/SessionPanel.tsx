import type { ReactNode } from 'react';
export function SessionPanel(): ReactNode {
  return null;
}
