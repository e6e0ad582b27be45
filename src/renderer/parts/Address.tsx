import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { create } from 'zustand';
import { maskAddress } from '../format/mask.ts';
import { useSettings } from '../store/settings-store.ts';
import { Unknown } from '../components/Unknown.tsx';

/** Addresses that were asked for while masking is on; forgotten when the window closes. */
const useRevealed = create<{ readonly addresses: ReadonlySet<string> }>(() => ({ addresses: new Set() }));
export function revealAddress(address: string): void {
  useRevealed.setState(({ addresses }) => ({ addresses: new Set([...addresses, address]) }));
}

export function useMasked(address: string | null): boolean {
  const mask = useSettings((state) => state.settings.maskAddresses);
  const revealed = useRevealed((state) => address !== null && state.addresses.has(address));
  return mask && !revealed;
}

/** An address, masked where the privacy setting says so. */
export function Address(props: {
  readonly ip: string | null;
  readonly of?: 'last' | 'opened' | null;
}): ReactNode {
  const { ip, of = null } = props;
  const masked = useMasked(ip);
  if (ip === null) return <Unknown why="The store does not keep addresses for this session" />;
  const sighting =
    of === 'opened' ? 'Address at sign-in' : of === 'last' ? 'Address of the last visit' : null;
  const whole = masked ? 'Masked by the privacy setting; open the session to show it' : ip;
  return (
    <Box
      component="span"
      title={sighting === null ? whole : `${whole}\n${sighting}`}
      sx={(theme) => ({ ...theme.typography.mono })}
    >
      {masked ? maskAddress(ip) : ip}
    </Box>
  );
}
