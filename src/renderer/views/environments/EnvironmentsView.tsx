import type { ReactNode } from 'react';
export function EnvironmentsView(): ReactNode {
  return null;
}
