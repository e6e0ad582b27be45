import 'leaflet/dist/leaflet.css';
import { latLngBounds, Map as LeafletMap } from 'leaflet';
import type { Dispose } from '#shared/domain/log.ts';

const NORTH = 84;
const SOUTH = -72;
/** What a first look shows: where most people live. */
const USUAL = { latitude: 28, longitude: 8 };
const MAX_ZOOM = 9;
const SAY_MOVED_AFTER_MS = 500;

/** Zoom at which the world is exactly as wide as the map, so that no empty sea shows at its sides. */
const coveringZoom = (width: number): number => Math.log2(Math.max(1, width) / 256);

/** A Leaflet map that keeps the world in its frame and remembers where it was. */
export function createWorldView(
  element: HTMLElement,
  start: string | null,
  onMoved: (view: string) => void,
): { readonly map: LeafletMap; readonly wasDragged: () => boolean; readonly dispose: Dispose } {
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  const map = new LeafletMap(element, {
    attributionControl: false,
    zoomAnimation: false,
    fadeAnimation: false,
    inertia: !calm,
    zoomSnap: 0,
    zoomDelta: 0.75,
    wheelPxPerZoomLevel: 120,
    maxZoom: MAX_ZOOM,
    maxBounds: latLngBounds([SOUTH, -180], [NORTH, 180]),
    maxBoundsViscosity: 1,
  });
  map.zoomControl.setPosition('topright');

  const least = () => coveringZoom(map.getSize().x);
  const [latitude = Number.NaN, longitude = Number.NaN, zoom = Number.NaN] = (start ?? '')
    .split(',')
    .map(Number);
  const known = [latitude, longitude, zoom].every(Number.isFinite);
  map.setView(
    known ? [latitude, longitude] : [USUAL.latitude, USUAL.longitude],
    known ? Math.max(least(), Math.min(MAX_ZOOM, zoom)) : least(),
  );

  const fit = () => {
    const before = map.getMinZoom();
    const wasWhole = map.getZoom() <= before + 0.01;
    map.invalidateSize({ animate: false, pan: true });
    map.setMinZoom(least());
    if (wasWhole) map.setZoom(least(), { animate: false });
  };
  map.setMinZoom(least());
  const observer = new ResizeObserver(fit);
  observer.observe(element);

  // A click that ends a drag must not choose the circle under it.
  let dragged = false;
  element.addEventListener('pointerdown', () => (dragged = false), { capture: true });
  map.on('dragstart', () => (dragged = true));

  let timer: number | undefined;
  map.on('moveend', () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      const centre = map.getCenter();
      onMoved([centre.lat.toFixed(3), centre.lng.toFixed(3), map.getZoom().toFixed(2)].join(','));
    }, SAY_MOVED_AFTER_MS);
  });

  return {
    map,
    wasDragged: () => dragged,
    dispose() {
      window.clearTimeout(timer);
      observer.disconnect();
      map.remove();
    },
  };
}
