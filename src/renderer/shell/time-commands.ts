import { DAY, HOUR } from '#shared/domain/lengths.ts';
import { showTravel, setMapSwitch, useMap } from '../store/map-store.ts';
import { goTo as goToView, useRoute } from '../store/route-store.ts';
import { usePanel } from '../store/selection-store.ts';
import { NO_FILTER, useSessionsFilter, useWatchFilter } from '../store/session-filter.ts';
import { layoutNumber, settingsNow } from '../store/settings-store.ts';
import { goLive, goTo, pause, timeNow } from '../store/time-store.ts';

interface Deed {
  readonly name: string;
  readonly run: () => void;
}

/** What can be done with the time that is shown and with the map, by name. */
export function timeAndMapDeeds(): readonly Deed[] {
  const time = timeNow();
  const ago = (name: string, ms: number): Deed => ({
    name,
    run: () => {
      goTo(Date.now() - ms);
      goToView('watch');
    },
  });
  const toggle = (name: string, key: 'mapShading' | 'mapFollow', on: string, off: string): Deed => {
    const is = layoutNumber(settingsNow(), key, 0) === 1;
    return { name: `${name}: ${is ? off : on}`, run: () => void setMapSwitch(key, !is) };
  };
  const { view, rest } = useRoute.getState();
  const alone = view === 'watch' && rest[0] === 'map';
  const { account } = usePanel.getState();
  const { traveller } = useMap.getState();
  return [
    ...(time.is === 'live'
      ? []
      : [
          { name: 'Back to live', run: goLive },
          ...(time.is === 'playing' ? [{ name: 'Pause the past', run: pause }] : []),
        ]),
    ago('Show one hour ago', HOUR),
    ago('Show this time yesterday', DAY),
    ago('Show this time a week ago', 7 * DAY),
    alone
      ? {
          name: 'The table below the map again',
          run: () => {
            goToView('watch');
          },
        }
      : {
          name: 'Map alone, without the table',
          run: () => {
            goToView('watch', 'map');
          },
        },
    toggle('Shade countries by sessions', 'mapShading', 'on', 'off'),
    toggle('Follow what is newest on the map', 'mapFollow', 'on', 'off'),
    ...(account === null
      ? []
      : [
          {
            name: `Show the way of ${account.name} on the map`,
            run: () => {
              showTravel(account);
              goToView('watch');
            },
          },
        ]),
    ...(traveller === null
      ? []
      : [
          {
            name: `Hide the way of ${traveller.name}`,
            run: () => {
              showTravel(null);
            },
          },
        ]),
    {
      name: 'Clear the filters of Watch and Sessions',
      run: () => {
        useWatchFilter.setState(NO_FILTER);
        useSessionsFilter.setState(NO_FILTER);
      },
    },
  ];
}
