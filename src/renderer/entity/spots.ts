import type { PlaceSeen, Seen } from '#shared/ipc/people-views.ts';
import type { Spot } from './PlacesMap.tsx';

/** Places with coordinates, as dots for the small map. */
export function spotsOf(places: readonly Seen<PlaceSeen>[]): readonly Spot[] {
  return places.flatMap(({ what, sessions, signIns }) =>
    what.latitude === null || what.longitude === null
      ? []
      : [
          {
            latitude: what.latitude,
            longitude: what.longitude,
            name: what.city === null ? what.country : `${what.city}, ${what.country}`,
            weight: sessions + signIns,
          },
        ],
  );
}
