import type { ReactNode } from 'react';
import { maskAddress, maskAddressesIn } from '#shared/domain/mask-address.ts';
import { useRevealed } from '../store/revealed-store.ts';
import { useSettings } from '../store/settings-store.ts';
import { Unknown } from '../components/Unknown.tsx';

export function useMasked(address: string | null): boolean {
  const mask = useSettings((state) => state.settings.maskAddresses);
  const revealed = useRevealed((state) => address !== null && state.addresses.has(address));
  return mask && !revealed;
}

/** Sentences that name addresses, as they may be shown: the privacy setting holds for them too. */
export function useMaskedText(): (text: string) => string {
  const mask = useSettings((state) => state.settings.maskAddresses);
  const revealed = useRevealed((state) => state.addresses);
  return (text) => (mask ? maskAddressesIn(text, revealed) : text);
}

/** An address, masked where the privacy setting says so. */
export function Address(props: {
  readonly ip: string | null;
  readonly of?: 'last' | 'opened' | null;
  /** It stands in a link, whose summary says what a title would. */
  readonly summed?: boolean;
}): ReactNode {
  const { ip, of = null, summed = false } = props;
  const masked = useMasked(ip);
  if (ip === null) return <Unknown why="The store does not keep addresses for this session" />;
  const sighting =
    of === 'opened' ? 'Address at sign-in' : of === 'last' ? 'Address of the last visit' : null;
  const whole = masked ? 'Masked by the privacy setting; open the session to show it' : ip;
  return (
    <span
      className="wf-mono"
      title={summed ? undefined : sighting === null ? whole : `${whole}\n${sighting}`}
    >
      {masked ? maskAddress(ip) : ip}
    </span>
  );
}
