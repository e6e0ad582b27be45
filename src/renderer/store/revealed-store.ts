import { create } from 'zustand';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { engine } from '../bridge/engine.ts';
import { problemOf } from '../bridge/problem-error.ts';
import { notify } from './notice-store.ts';

/** Addresses that were asked for while masking is on; forgotten when the window closes. */
export const useRevealed = create<{ readonly addresses: ReadonlySet<string> }>(() => ({
  addresses: new Set(),
}));

/** Shows a masked address, once the journal has noted that it was asked for. */
export async function revealAddress(address: string, connection: ConnectionId): Promise<void> {
  try {
    await engine.call('journal.note', {
      action: 'address-revealed',
      connection,
      subject: { kind: 'address', id: address },
    });
    useRevealed.setState(({ addresses }) => ({ addresses: new Set([...addresses, address]) }));
  } catch (error) {
    notify({ tone: 'bad', problem: problemOf(error) });
  }
}
