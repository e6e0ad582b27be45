import Box from '@mui/material/Box';
import { useColorScheme } from '@mui/material/styles';
import type { Map as LeafletMap } from 'leaflet';
import { useEffect, useEffectEvent, useRef, useState, type ReactNode } from 'react';
import type { TravelStop } from '#shared/ipc/watch-views.ts';
import type { PlaceChoice } from '../store/session-filter.ts';
import { createClusterButtons } from './cluster-buttons.ts';
import type { Clusters } from './cluster-client.ts';
import { ClusterLayer } from './cluster-layer.ts';
import { LandLayer } from './land-layer.ts';
import { loadLand } from './land.ts';
import { lookAround } from './look-around.ts';
import { coloursOf } from './map-colours.ts';
import { mapStyles } from './map-styles.ts';
import { TravelLayer } from './travel-layer.ts';
import { createWorldView } from './world-view.ts';

interface Parts {
  readonly map: LeafletMap;
  readonly land: LandLayer;
  readonly travel: TravelLayer;
  readonly clusters: ClusterLayer;
}

/** Somewhere to look: a new `key` moves the map there. */
export interface Glance {
  readonly key: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** The world with sessions on it. Wraps Leaflet; React draws nothing inside. */
export function WorldMap(props: {
  readonly clusters: Clusters;
  readonly selected: PlaceChoice | null;
  readonly onSelect: (choice: PlaceChoice | null) => void;
  /** Countries shaded by their sessions. */
  readonly shaded: boolean;
  readonly travel: readonly TravelStop[];
  readonly glance: Glance | null;
  /** `latitude,longitude,zoom` of the last time. */
  readonly start: string | null;
  readonly onMoved: (view: string) => void;
}): ReactNode {
  const { clusters: source, selected, onSelect, onMoved, shaded, travel, glance } = props;
  const holder = useRef<HTMLDivElement>(null);
  const parts = useRef<Parts | null>(null);
  const moved = useEffectEvent(onMoved);
  const choose = useEffectEvent(async (serial: number, index: number, label: string) => {
    const { cells, ...box } = await source.members(serial, index);
    onSelect({ keys: new Set(cells), label, box });
  });
  const release = useEffectEvent(() => {
    onSelect(null);
  });
  const { colorScheme } = useColorScheme();
  const mode = colorScheme === 'light' ? 'light' : 'dark';
  const [first] = useState({ start: props.start, mode } as const);

  useEffect(() => {
    const element = holder.current;
    if (element === null) return undefined;
    const view = createWorldView(element, first.start, (to) => {
      moved(to);
    });
    const { map } = view;
    const colours = coloursOf(first.mode);
    const land = new LandLayer(colours.land);
    const travel = new TravelLayer(colours.travel);
    const buttons = createClusterButtons(
      map.getContainer(),
      ({ serial, index, label, again }) => {
        if (again) release();
        else void choose(serial, index, label);
      },
      view.wasDragged,
    );
    let placed = -1;
    const look = lookAround(source);
    const clusters = new ClusterLayer(colours.clusters, (frame) => {
      const serial = source.serial();
      if (serial === placed) buttons.follow(frame);
      else buttons.place(source.newest(), serial, frame);
      placed = serial;
      look(frame);
    });
    land.addTo(map);
    clusters.addTo(map);
    travel.addTo(map);
    parts.current = { map, land, clusters, travel };
    const forget = source.onChange(() => {
      clusters.show(source.newest());
    });
    void loadLand().then((loaded) => {
      land.show(loaded);
    });
    return () => {
      parts.current = null;
      forget();
      buttons.dispose();
      view.dispose();
    };
  }, [first, source]);

  useEffect(() => {
    const colours = coloursOf(mode);
    parts.current?.land.recolour(colours.land);
    parts.current?.clusters.recolour(colours.clusters);
    parts.current?.travel.recolour(colours.travel);
  }, [mode]);
  useEffect(() => {
    source.choose(selected === null ? null : Float64Array.from(selected.keys));
    parts.current?.clusters.choose(selected !== null);
  }, [selected, source]);
  useEffect(() => {
    const shade = () => parts.current?.land.shade(shaded ? source.totals().countries : null);
    shade();
    return shaded ? source.onChange(shade) : undefined;
  }, [shaded, source]);
  useEffect(() => {
    parts.current?.travel.show(travel);
  }, [travel]);
  const glanceKey = glance?.key ?? null;
  const lookThere = useEffectEvent(() => {
    if (glance === null) return;
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    parts.current?.map.panTo([glance.latitude, glance.longitude], { animate: !calm });
  });
  useEffect(() => {
    if (glanceKey !== null) lookThere();
  }, [glanceKey]);

  return (
    <Box ref={holder} role="region" aria-label="Map of live sessions" data-testid="map" sx={mapStyles} />
  );
}
