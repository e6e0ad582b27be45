import type { ReactNode } from 'react';
export function AuditView(): ReactNode {
  return null;
}
