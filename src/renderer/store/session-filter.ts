import { create, type UseBoundStore, type StoreApi } from 'zustand';
import type { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import type { SessionFilter } from '#shared/ipc/engine-contract.ts';
import type { MapPoints } from '#shared/ipc/views.ts';

/** A cluster that was chosen on the map: its places, so that sessions which arrive there later belong to it. */
export interface PlaceChoice {
  readonly keys: ReadonlySet<string>;
  readonly label: string;
}

/** What a person narrowed a list of sessions to, as they see it. */
export interface ShownFilter {
  readonly state: 'live' | 'ended' | 'all';
  readonly text: string;
  /** Empty means every environment. */
  readonly connections: readonly ConnectionId[];
  readonly account: {
    readonly connection: ConnectionId;
    readonly id: AccountId;
    readonly name: string;
  } | null;
  readonly places: PlaceChoice | null;
}

export const NO_FILTER: ShownFilter = {
  state: 'live',
  text: '',
  connections: [],
  account: null,
  places: null,
};
export type FilterStore = UseBoundStore<StoreApi<ShownFilter>>;
export const useWatchFilter: FilterStore = create<ShownFilter>(() => NO_FILTER);
export const useSessionsFilter: FilterStore = create<ShownFilter>(() => NO_FILTER);

/** Identity of a place on the map: equal coordinates. */
export const placeKey = (latitude: number, longitude: number): string =>
  `${Math.fround(latitude).toFixed(3)},${Math.fround(longitude).toFixed(3)}`;

/** Most sessions that one question may name (engine contract). */
const MAX_IDS = 5_000;

export type PlaceRequest = Pick<SessionFilter, 'ids' | 'box'>;

/**
 * The part of a request that stands for a chosen cluster: its sessions by name, or beyond 5,000 of them the box
 * around its places.
 */
export function placeRequest(points: MapPoints | null, choice: PlaceChoice | null): PlaceRequest {
  if (choice === null) return {};
  if (points === null) return { ids: [] };
  const ids: NonNullable<SessionFilter['ids']> = [];
  const box = { south: 90, west: 180, north: -90, east: -180 };
  for (let index = 0; index < points.ids.length; index += 1) {
    const latitude = points.latitude[index] ?? 0;
    const longitude = points.longitude[index] ?? 0;
    if (!choice.keys.has(placeKey(latitude, longitude))) continue;
    box.south = Math.min(box.south, latitude);
    box.north = Math.max(box.north, latitude);
    box.west = Math.min(box.west, longitude);
    box.east = Math.max(box.east, longitude);
    const connection = points.connections[points.connection[index] ?? 0];
    const id = points.ids[index];
    if (connection !== undefined && id !== undefined) ids.push({ connection, id });
  }
  return ids.length > MAX_IDS ? { box } : { ids };
}

/** The request without the chosen cluster, which changes as sessions come and go. */
export function requestOf(shown: ShownFilter): SessionFilter {
  return {
    state: shown.state,
    ...(shown.text.trim() === '' ? {} : { text: shown.text.trim() }),
    ...(shown.connections.length === 0 ? {} : { connections: [...shown.connections] }),
    ...(shown.account === null
      ? {}
      : { account: { connection: shown.account.connection, id: shown.account.id } }),
  };
}

export const isFiltered = (shown: ShownFilter): boolean =>
  shown.text !== '' || shown.connections.length > 0 || shown.account !== null || shown.places !== null;
