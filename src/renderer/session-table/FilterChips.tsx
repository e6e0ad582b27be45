import Chip from '@mui/material/Chip';
import type { ReactNode } from 'react';
import { useEnvironmentName } from '../parts/EnvironmentTag.tsx';
import { shortDate, shortTime, type Zone } from '../format/time.ts';
import { narrowedTo, partsOf } from '../store/began-search.ts';
import { useSettings } from '../store/settings-store.ts';
import type { FilterStore, ShownFilter } from '../store/session-filter.ts';

const dayAndTime = (at: number, zone: Zone): string => `${shortDate(at, zone)} ${shortTime(at, zone)}`;

/** Everything that a list is narrowed to, each removable by itself. */
export function FilterChips({ filter }: { readonly filter: FilterStore }): ReactNode {
  const shown = filter();
  const zone = useSettings((state) => state.settings.timeZone);
  const { rest, began } = partsOf(shown.search);
  const nameOf = useEnvironmentName();
  const chip = (label: string, without: Partial<ShownFilter>) => (
    <Chip
      key={label}
      label={label}
      title={label}
      aria-label={`${label}. Press Delete to remove`}
      color="primary"
      onDelete={() => {
        filter.setState(without);
      }}
    />
  );
  return (
    <>
      {shown.places === null ? null : chip(`On the map: ${shown.places.label}`, { places: null })}
      {shown.account === null
        ? null
        : chip(`Person: ${shown.account.name} in ${nameOf(shown.account.connection)}`, { account: null })}
      {shown.text === '' ? null : chip(`Contains: ${shown.text}`, { text: '' })}
      {rest === '' ? null : chip(`Search: ${rest}`, { search: began === null ? '' : narrowedTo('', began) })}
      {began === null
        ? null
        : chip(`Began: ${dayAndTime(began.from, zone)} – ${dayAndTime(began.to, zone)}`, { search: rest })}
      {shown.connections.map((connection) =>
        chip(`Environment: ${nameOf(connection)}`, {
          connections: shown.connections.filter((other) => other !== connection),
        }),
      )}
    </>
  );
}
