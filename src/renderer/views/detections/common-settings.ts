import type { DetectionDescription } from '#shared/ipc/detections-views.ts';
import type { SettingsJson } from '../../store/detect-settings.ts';

/** What the form says of a setting. */
export type About = Pick<DetectionDescription, 'setting' | 'title' | 'logic' | 'sources' | 'severity'>;

/** Settings that belong to no single detection. */
export const COMMON_SETTINGS: readonly About[] = [
  {
    setting: 'filters',
    title: 'Trusted places, service accounts and lists',
    logic:
      'The organisation’s own networks (VPN, offices) are nobody’s place and raise nothing; what comes from service accounts, ignored accounts, addresses and networks is kept as filtered. Lists of kinds of networks are loaded in Settings.',
    sources: '',
    severity: '',
  },
  {
    setting: 'learning',
    title: 'Learning a person',
    logic:
      'New countries and devices of a person are kept as filtered until the earlier of so many days and so many sign-ins.',
    sources: 'Microsoft Entra: 14 days or 10 sign-ins',
    severity: '',
  },
  {
    setting: 'habits',
    title: 'Habits of a person',
    logic:
      'A VPN or relay that somebody has used on so many days, for so long and with their own device is no news.',
    sources: 'ours; Elastic looks back 7 days',
    severity: '',
  },
];
/** These cannot be switched off: empty lists silence nothing. */
export const ALWAYS_ON: ReadonlySet<string> = new Set(['filters']);

/** What is off until it is set begins with this when it is switched on; `timeZone` is this machine's. */
export const startOf = (setting: string, timeZone: string): SettingsJson[string] | undefined => {
  switch (setting) {
    case 'offHours':
      return { timeZone, days: [1, 2, 3, 4, 5], start: '07:00', end: '19:00', holidays: [] };
    case 'geofence':
      return { allow: [], deny: [], unknown: 'allow' };
    default:
      return undefined;
  }
};

/** The detections by their settings: one that fires on a hit is set together with what it is a hit of. */
export const bySetting = (catalogue: readonly DetectionDescription[]): readonly About[] => [
  ...catalogue.filter(
    ({ setting }, index) => catalogue.findIndex((other) => other.setting === setting) === index,
  ),
  ...COMMON_SETTINGS,
];
