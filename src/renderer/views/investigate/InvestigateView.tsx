import type { ReactNode } from 'react';
import { useRoute } from '../../store/route-store.ts';
import { LaterView } from '../later/LaterView.tsx';
import { EntityPage } from './EntityPage.tsx';

/** Questions to the past, or everything about one address, network or kind of device: `#/investigate/address/<ip>`. */
export function InvestigateView(): ReactNode {
  const [kind, value] = useRoute((route) => route.rest);
  if ((kind === 'address' || kind === 'network' || kind === 'device') && value !== undefined) {
    return <EntityPage key={`${kind} ${value}`} kind={kind} value={value} />;
  }
  return <LaterView view="investigate" />;
}
