import { useState, type ReactNode } from 'react';
import { WorldMap, type Glance } from '../../map/WorldMap.tsx';
import { useFeed } from '../../store/feed-store.ts';
import { clustersOfWindow, useMap } from '../../store/map-store.ts';
import { requestOf, useWatchFilter } from '../../store/session-filter.ts';
import { layoutNumber, rememberLayout, useSettings } from '../../store/settings-store.ts';
import { useTime } from '../../store/time-store.ts';
import { useMapFeed } from '../../store/use-map-feed.ts';
import { MapTools } from './MapTools.tsx';
import { TravelStops } from './TravelStops.tsx';
import { useTravel } from './use-travel.ts';

/** Where the newest event with a place happened, while following is switched on. */
function useNewest(following: boolean): Glance | null {
  const rows = useFeed((state) => state.rows);
  const [since] = useState(() => Date.now());
  if (!following) return null;
  const row = rows.find(({ place }) => place !== null && place.latitude !== null && place.longitude !== null);
  if (row === undefined || row.at < since - 60_000) return null;
  return {
    key: `${row.connection} ${row.id}`,
    latitude: row.place?.latitude ?? 0,
    longitude: row.place?.longitude ?? 0,
  };
}

/** The map with its switches: shading, following, the way of one person. */
export function WatchMap(props: { readonly start: string | null }): ReactNode {
  const shown = useWatchFilter();
  const time = useTime((state) => state.time);
  // Chosen places narrow the table and the feed; the map they were chosen from stays whole.
  useMapFeed(requestOf({ ...shown, places: null }, time));
  const shaded = useSettings((state) => layoutNumber(state.settings, 'mapShading', 0) === 1);
  const following = useSettings((state) => layoutNumber(state.settings, 'mapFollow', 0) === 1);
  const stops = useMap((state) => state.stops);
  useTravel();
  const newest = useNewest(following);
  return (
    <>
      <WorldMap
        clusters={clustersOfWindow()}
        selected={shown.places}
        onSelect={(places) => {
          useWatchFilter.setState({ places });
        }}
        shaded={shaded}
        travel={stops}
        glance={newest}
        start={props.start}
        onMoved={(view) => void rememberLayout('map', view)}
      />
      <MapTools shaded={shaded} following={following} />
      <TravelStops />
    </>
  );
}
