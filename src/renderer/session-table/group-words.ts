import { assertNever } from '#shared/domain/assert-never.ts';
import type { SessionGroup } from '#shared/ipc/desk-contract.ts';
import type { Grouping } from '#shared/ipc/session-groupings.ts';
import { maskAddress } from '#shared/domain/mask-address.ts';
import { countryName, deviceText, networkText, placeText } from '../format/words.ts';

/** What each grouping is called. */
export const GROUPING_NAMES: Readonly<Record<Grouping, string>> = {
  person: 'Person',
  address: 'Address',
  network: 'Network',
  country: 'Country',
  device: 'Browser and system',
  environment: 'Environment',
};
/** What a group without a value is called. */
const UNKNOWN: Readonly<Record<Grouping, string>> = {
  person: 'Nobody signed in',
  address: 'No address known',
  network: 'No network known',
  country: 'No country known',
  device: 'No browser known',
  environment: 'Removed environment',
};

/** How a group is named, from the session in it that was seen last. */
export function groupName(
  by: Grouping,
  { key, sample }: Pick<SessionGroup, 'key' | 'sample'>,
  options: { readonly masked: boolean; readonly environment: (connection: string) => string },
): string {
  if (key === null) return UNKNOWN[by];
  switch (by) {
    case 'person':
      return sample.account?.name ?? UNKNOWN.person;
    case 'address':
      return options.masked ? maskAddress(key) : key;
    case 'network':
      return sample.network === null ? key : `${networkText(sample.network)} (${key})`;
    case 'country':
      return `${countryName(key)} (${key})`;
    case 'device': {
      const text = sample.device === null ? '' : deviceText(sample.device);
      return text === '' ? key : text;
    }
    case 'environment':
      return options.environment(key);
    default:
      return assertNever(by);
  }
}

/** What else is worth saying of a group beside its name; empty where nothing is. */
export function groupBeside(by: Grouping, { key, sample }: Pick<SessionGroup, 'key' | 'sample'>): string {
  if (key === null) return '';
  if (by === 'address') {
    return [
      sample.place === null ? null : placeText(sample.place),
      sample.network === null ? null : networkText(sample.network),
    ]
      .filter((part) => part !== null)
      .join(' · ');
  }
  if (by === 'device') return sample.device?.deviceClass ?? '';
  return '';
}
