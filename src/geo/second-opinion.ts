import type { PlaceProvider } from './types.ts';

/** The first database's place, marked when the second names another country; the second's where the first is silent. */
export function withSecondOpinion(first: PlaceProvider, second: PlaceProvider): PlaceProvider {
  return {
    source: {
      ...first.source,
      name: `${first.source.name}, ${second.source.name}`,
      attribution: [...first.source.attribution, ...second.source.attribution],
    },
    find(address) {
      const place = first.find(address);
      const other = second.find(address);
      if (place === null) return other;
      return other === null || other.country === place.country ? place : { ...place, disagrees: true };
    },
  };
}
