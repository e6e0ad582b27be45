import Box from '@mui/material/Box';
import { useColorScheme } from '@mui/material/styles';
import type { Map as LeafletMap } from 'leaflet';
import { useEffect, useEffectEvent, useMemo, useRef, useState, type ReactNode } from 'react';
import type { MapPoints } from '#shared/ipc/views.ts';
import type { PlaceChoice } from '../store/session-filter.ts';
import { DARK, LIGHT } from '../theme/tokens.ts';
import { createClusterButtons, type ClusterButtons } from './cluster-buttons.ts';
import { clusterLabel, type Cluster } from './cluster-grid.ts';
import { ClusterLayer } from './cluster-layer.ts';
import { LandLayer } from './land-layer.ts';
import { loadLand } from './land.ts';
import { createWorldView } from './world-view.ts';
import { mapStyles } from './map-styles.ts';
import { countPlaces } from './places.ts';

const FONT = "600 11px 'Inter Variable', sans-serif";

function coloursOf(mode: 'dark' | 'light') {
  const tokens = mode === 'light' ? LIGHT : DARK;
  return {
    land: { land: tokens.land, border: tokens.border },
    clusters: { fill: tokens.accent, text: tokens.onAccent, ring: tokens.text, font: FONT },
  };
}

interface Parts {
  readonly map: LeafletMap;
  readonly land: LandLayer;
  readonly clusters: ClusterLayer;
  readonly buttons: ClusterButtons;
}

/** The world with live sessions on it. Wraps Leaflet; React draws nothing inside. */
export function WorldMap(props: {
  readonly points: MapPoints | null;
  readonly selected: PlaceChoice | null;
  readonly onSelect: (choice: PlaceChoice | null) => void;
  /** `latitude,longitude,zoom` of the last time. */
  readonly start: string | null;
  readonly onMoved: (view: string) => void;
}): ReactNode {
  const { points, selected, onSelect, onMoved } = props;
  const holder = useRef<HTMLDivElement>(null);
  const parts = useRef<Parts | null>(null);
  const moved = useEffectEvent(onMoved);
  const pressed = useEffectEvent((cluster: Cluster) => {
    const again = selected !== null && cluster.places.some((place) => selected.keys.has(place.key));
    const keys = new Set(cluster.places.map((place) => place.key));
    onSelect(again ? null : { keys, label: clusterLabel(cluster) });
  });
  const { colorScheme } = useColorScheme();
  const mode = colorScheme === 'light' ? 'light' : 'dark';
  const [first] = useState({ start: props.start, mode } as const);
  const places = useMemo(() => (points === null ? [] : countPlaces(points)), [points]);

  useEffect(() => {
    const element = holder.current;
    if (element === null) return undefined;
    const view = createWorldView(element, first.start, (to) => {
      moved(to);
    });
    const { map } = view;
    const colours = coloursOf(first.mode);
    const land = new LandLayer(colours.land);
    const buttons = createClusterButtons(
      map.getContainer(),
      (cluster) => {
        pressed(cluster);
      },
      view.wasDragged,
    );
    const clusters = new ClusterLayer(colours.clusters, (found, frame) => {
      buttons.place(found, frame);
    });
    land.addTo(map);
    clusters.addTo(map);
    parts.current = { map, land, clusters, buttons };
    void loadLand().then((loaded) => {
      land.show(loaded);
    });
    return () => {
      parts.current = null;
      buttons.dispose();
      view.dispose();
    };
  }, [first]);

  useEffect(() => {
    const colours = coloursOf(mode);
    parts.current?.land.recolour(colours.land);
    parts.current?.clusters.recolour(colours.clusters);
  }, [mode]);
  useEffect(() => {
    parts.current?.clusters.show(places);
  }, [places]);
  useEffect(() => {
    parts.current?.clusters.select(selected?.keys ?? null);
    parts.current?.buttons.select(selected?.keys ?? null);
  }, [selected]);

  return (
    <Box ref={holder} role="region" aria-label="Map of live sessions" data-testid="map" sx={mapStyles} />
  );
}
