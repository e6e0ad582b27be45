import { create, type UseBoundStore, type StoreApi } from 'zustand';
import type { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import { timeRequest, type ShownTime } from './time-store.ts';
import { settingsNow } from './settings-store.ts';
import type { SessionFilter } from '#shared/ipc/engine-contract.ts';

/** A cluster that was chosen on the map: its places, so that sessions which arrive there later belong to it. */
export interface PlaceChoice {
  /** By `placeCell`. */
  readonly keys: ReadonlySet<number>;
  readonly label: string;
  readonly box: {
    readonly south: number;
    readonly west: number;
    readonly north: number;
    readonly east: number;
  };
}

/** What a person narrowed a list of sessions to, as they see it. */
export interface ShownFilter {
  readonly state: 'live' | 'ended' | 'all';
  readonly text: string;
  /** In the search language; empty in views that have none. */
  readonly search: string;
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
  search: '',
  connections: [],
  account: null,
  places: null,
};
export type FilterStore = UseBoundStore<StoreApi<ShownFilter>>;
export const useWatchFilter: FilterStore = create<ShownFilter>(() => NO_FILTER);
export const useSessionsFilter: FilterStore = create<ShownFilter>(() => NO_FILTER);

/** Most places that one question may name (engine contract). */
const MOST_PLACES = 20_000;

/** The part of a request that stands for chosen places: by name, or beyond 20,000 of them the box around them. */
const placeRequest = ({ keys, box }: PlaceChoice): Pick<SessionFilter, 'places' | 'box'> =>
  keys.size > MOST_PLACES ? { box } : { places: [...keys] };

/** What the engine is asked; chosen places included, except where they are what is chosen from. */
export function requestOf(shown: ShownFilter, time: ShownTime = { is: 'live' }): SessionFilter {
  return {
    ...timeRequest(time),
    state: shown.state,
    ...(shown.text.trim() === '' ? {} : { text: shown.text.trim() }),
    ...(shown.search.trim() === '' ? {} : { search: shown.search.trim(), zone: settingsNow().timeZone }),
    ...(shown.connections.length === 0 ? {} : { connections: [...shown.connections] }),
    ...(shown.account === null
      ? {}
      : { account: { connection: shown.account.connection, id: shown.account.id } }),
    ...(shown.places === null ? {} : placeRequest(shown.places)),
  };
}

export const isFiltered = (shown: ShownFilter): boolean =>
  shown.text !== '' ||
  shown.search !== '' ||
  shown.connections.length > 0 ||
  shown.account !== null ||
  shown.places !== null;
