import { placeCell } from '#shared/domain/place-cell.ts';
import { NO_PLACE, type MapChanges } from '#shared/ipc/watch-views.ts';

export interface FakePoint {
  readonly key: number;
  /** Null: its place is not known. */
  readonly at: readonly [latitude: number, longitude: number] | null;
  readonly label?: string;
  readonly country?: string;
  readonly worst?: number;
}

/** What the engine would tell of these sessions. */
export function mapChanges(
  points: readonly FakePoint[],
  more: { readonly whole?: boolean; readonly gone?: readonly number[]; readonly revision?: number } = {},
): MapChanges {
  const cells = new Map<number, { index: number; point: FakePoint }>();
  for (const point of points) {
    if (point.at === null) continue;
    const cell = placeCell(...point.at);
    if (!cells.has(cell)) cells.set(cell, { index: cells.size, point });
  }
  const placed = [...cells.values()].map(({ point }) => point);
  return {
    whole: more.whole ?? true,
    revision: more.revision ?? 1,
    keys: Uint32Array.from(points, ({ key }) => key),
    place: Uint32Array.from(points, ({ at }) =>
      at === null ? NO_PLACE : (cells.get(placeCell(...at))?.index ?? NO_PLACE),
    ),
    worst: Uint8Array.from(points, ({ worst }) => worst ?? 0),
    gone: Uint32Array.from(more.gone ?? []),
    places: {
      cell: Float64Array.from(cells.keys()),
      latitude: Float64Array.from(placed, ({ at }) => at?.[0] ?? 0),
      longitude: Float64Array.from(placed, ({ at }) => at?.[1] ?? 0),
      label: placed.map(({ label }) => label ?? ''),
      country: placed.map(({ country }) => country ?? ''),
    },
  };
}
