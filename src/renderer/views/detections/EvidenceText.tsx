import type { ReactNode } from 'react';
import { isAddress } from '#shared/domain/mask-address.ts';
import type { EvidenceCell } from '#shared/ipc/detections-views.ts';
import { Unknown } from '../../components/Unknown.tsx';
import { exactTime } from '../../format/time.ts';
import { useMaskedText } from '../../parts/Address.tsx';
import { AddressLink } from '../../parts/Links.tsx';
import { useSettings } from '../../store/settings-store.ts';

/** A value of the evidence: times in the chosen zone, an address with the way to everything that it touched. */
export function EvidenceText(props: {
  readonly text: string | null;
  readonly as?: EvidenceCell['as'] | undefined;
}): ReactNode {
  const { text, as } = props;
  const zone = useSettings((state) => state.settings.timeZone);
  const masked = useMaskedText();
  if (text === null) return <Unknown why="Not recorded for this event" />;
  if (as === 'time') return exactTime(Number(text), zone);
  return isAddress(text) ? <AddressLink ip={text} /> : masked(text);
}
