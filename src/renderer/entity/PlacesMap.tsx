import Box from '@mui/material/Box';
import { useColorScheme } from '@mui/material/styles';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { DARK, LIGHT } from '../theme/tokens.ts';
import { loadLand, type Land } from '../map/land.ts';
import { LAND_WORLD } from '../map/land-world.ts';
import { unitX, unitY } from '../map/mercator.ts';
import { counted } from '../format/words.ts';

export interface Spot {
  readonly latitude: number;
  readonly longitude: number;
  readonly name: string;
  readonly weight: number;
}

/** North and south of this nobody signs in, and Mercator would waste half of the picture on it. */
const NORTH = 76;
const SOUTH = -56;

/** A small world with a dot for each place; everything it shows is also in the table beside it. */
export function PlacesMap({ spots }: { readonly spots: readonly Spot[] }): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [land, setLand] = useState<Land | null>(null);
  const [width, setWidth] = useState(0);
  const { colorScheme } = useColorScheme();
  const tokens = colorScheme === 'light' ? LIGHT : DARK;
  const top = unitY(NORTH);
  const height = Math.round(width * (unitY(SOUTH) - top));
  useEffect(() => {
    let wanted = true;
    void loadLand().then((loaded) => {
      if (wanted) setLand(loaded);
    });
    return () => {
      wanted = false;
    };
  }, []);
  useEffect(() => {
    const box = canvas.current?.parentElement;
    if (box === null || box === undefined) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      setWidth(Math.floor(entry?.contentRect.width ?? 0));
    });
    observer.observe(box);
    return () => {
      observer.disconnect();
    };
  }, []);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || context === null || context === undefined || width === 0) return;
    const ratio = window.devicePixelRatio;
    element.width = width * ratio;
    element.height = height * ratio;
    const scale = (width * ratio) / LAND_WORLD;
    context.setTransform(scale, 0, 0, scale, 0, -top * width * ratio);
    context.fillStyle = tokens.land;
    for (const { path } of land?.countries ?? []) context.fill(path, 'evenodd');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = tokens.accent;
    context.strokeStyle = tokens.surface;
    for (const { latitude, longitude, weight } of spots) {
      const radius = Math.min(9, 3 + Math.sqrt(weight));
      context.beginPath();
      context.arc(unitX(longitude) * width, (unitY(latitude) - top) * width, radius, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
  }, [land, width, height, spots, tokens, top]);
  return (
    <Box
      role="img"
      aria-label={`Map of ${counted(spots.length, 'place')}: ${spots.map(({ name }) => name).join('; ')}`}
      sx={{ width: '100%', bgcolor: 'map.sea', borderRadius: 1, overflow: 'hidden' }}
    >
      <canvas ref={canvas} style={{ width: '100%', height, display: 'block' }} />
    </Box>
  );
}
