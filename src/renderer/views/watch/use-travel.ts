import { useEffect } from 'react';
import { DAY } from '#shared/domain/lengths.ts';
import { useMap } from '../../store/map-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { useFromClock } from '../../store/clock.ts';

/** How far back a way is drawn. */
const TRAVEL_DAYS = 7;
const ROUND_MS = 60_000;

/** Asks where the chosen traveller was in the last days, and hands it to the map. */
export function useTravel(): void {
  const traveller = useMap((state) => state.traveller);
  const until = useFromClock((now) => Math.ceil(now / ROUND_MS) * ROUND_MS);
  const answer = useEngineQuery(
    'map.travel',
    traveller === null
      ? null
      : {
          connection: traveller.connection,
          account: traveller.id,
          from: until - TRAVEL_DAYS * DAY,
          to: until,
        },
  );
  const stops = answer.is === 'ready' ? answer.value : null;
  useEffect(() => {
    if (stops !== null) useMap.setState({ stops });
  }, [stops]);
}
