import { create } from 'zustand';
import type { AccountId, ConnectionId, SessionId } from '#shared/domain/ids.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import { useRoute, type ViewName } from './route-store.ts';

export interface Chosen {
  readonly connection: ConnectionId;
  readonly id: SessionId;
}
export const chosenKey = (session: Chosen): string => `${session.connection} ${session.id}`;

/** Most sessions that one selection holds: what one command may name (protocol, `targets`). */
export const MOST_CHOSEN = 5_000;

interface SelectionState {
  readonly chosen: ReadonlyMap<string, Chosen>;
}
export const useSelection = create<SelectionState>(() => ({ chosen: new Map() }));

/** Adds what is missing, takes away what is there. */
export function toggled(chosen: ReadonlyMap<string, Chosen>, session: Chosen): ReadonlyMap<string, Chosen> {
  const next = new Map(chosen);
  const key = chosenKey(session);
  if (!next.delete(key) && next.size < MOST_CHOSEN) {
    next.set(key, { connection: session.connection, id: session.id });
  }
  return next;
}

export function toggleChosen(session: Chosen): void {
  useSelection.setState(({ chosen }) => ({ chosen: toggled(chosen, session) }));
}
export function addChosen(sessions: readonly Chosen[]): void {
  useSelection.setState(({ chosen }) => {
    const next = new Map(chosen);
    for (const session of sessions) {
      if (next.size >= MOST_CHOSEN) break;
      next.set(chosenKey(session), { connection: session.connection, id: session.id });
    }
    return { chosen: next };
  });
}
export function clearChosen(): void {
  useSelection.setState({ chosen: new Map() });
}

/** The session that the panel on the right shows. */
export interface PanelAccount {
  readonly connection: ConnectionId;
  readonly id: AccountId;
  readonly name: string;
}
export const usePanel = create<{
  readonly open: Chosen | null;
  /** Whose session it is, once that is known. */
  readonly account: PanelAccount | null;
  /** The view that it was opened from. */
  readonly from: ViewName | null;
  /** What whatever is opened next is compared with, until it is let go. */
  readonly pinned: Chosen | null;
}>(() => ({ open: null, account: null, from: null, pinned: null }));
export function openPanel(session: Chosen | SessionRow): void {
  const from = useRoute.getState().view;
  usePanel.setState({ open: { connection: session.connection, id: session.id }, from });
}
export function closePanel(): void {
  usePanel.setState({ open: null, account: null, from: null });
}

/** Keeps a session to compare others with; null lets it go. */
export function pinSession(session: Chosen | null): void {
  usePanel.setState({
    pinned: session === null ? null : { connection: session.connection, id: session.id },
  });
}
