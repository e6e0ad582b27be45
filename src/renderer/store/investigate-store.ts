import { create } from 'zustand';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { DAY } from '#shared/domain/lengths.ts';

/** What Investigate asks about; it stays while other views are open. */
export const useInvestigate = create<{
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly search: string;
  readonly connection: ConnectionId | null;
}>(() => {
  const now = Math.floor(Date.now() / 60_000) * 60_000;
  return { at: now - DAY, from: now - DAY, to: now, search: '', connection: null };
});
