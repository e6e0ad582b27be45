import type { ReactNode } from 'react';
export function ResponseView(): ReactNode {
  return null;
}
