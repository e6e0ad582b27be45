import type { ReactNode } from 'react';
import type { EvidenceCell } from '#shared/ipc/detections-views.ts';
import { Unknown } from '../../components/Unknown.tsx';
import { exactTime } from '../../format/time.ts';
import { useMaskedText } from '../../parts/Address.tsx';
import { useSettings } from '../../store/settings-store.ts';

/** A value of the evidence: times in the chosen zone, addresses masked where the privacy setting says so. */
export function EvidenceText(props: {
  readonly text: string | null;
  readonly as?: EvidenceCell['as'] | undefined;
}): ReactNode {
  const { text, as } = props;
  const zone = useSettings((state) => state.settings.timeZone);
  const masked = useMaskedText();
  if (text === null) return <Unknown why="Not recorded for this event" />;
  return as === 'time' ? exactTime(Number(text), zone) : masked(text);
}
