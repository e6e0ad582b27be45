import { riskLevel } from '#shared/domain/risk.ts';
import type { EntityView, PersonView } from '#shared/ipc/people-views.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import { count, counted, countryName, networkText, placeText, RISK_WORDS } from './words.ts';

/** One line of a summary: words, or an instant (null: never). Milliseconds since 1970. */
export type SummaryFact =
  { readonly name: string; readonly text: string } | { readonly name: string; readonly at: number | null };

/** How far summaries look back: as little as says whether something goes on, so that they come at once. */
export const SUMMARY_DAYS = 7;
const PERIOD = `Last ${String(SUMMARY_DAYS)} days`;
/** Questions read no more of these (src/engine/people). */
const MOST_LIVE = 200;
const MOST_ADDRESSES = 50;
const NAMED = 2;

const few = (names: readonly string[]): string => {
  const once = [...new Set(names)];
  const more = once.length - NAMED;
  if (once.length === 0) return `none in ${String(SUMMARY_DAYS)} days`;
  return `${once.slice(0, NAMED).join('; ')}${more > 0 ? ` +${count(more)}` : ''}`;
};

function liveText(
  live: readonly SessionRow[],
  nameOf: (connection: SessionRow['connection']) => string,
): string {
  if (live.length === 0) return 'no';
  const places = [...new Set(live.map(({ connection }) => nameOf(connection)))].join(', ');
  const sessions =
    live.length >= MOST_LIVE ? `${count(MOST_LIVE)} or more sessions` : counted(live.length, 'session');
  return `${sessions} in ${places}`;
}

function periodText(of: Pick<PersonView, 'sessions' | 'signIns' | 'failures' | 'capped'>): string {
  const said = [
    counted(of.sessions, 'session'),
    counted(of.signIns, 'sign-in'),
    counted(of.failures, 'failure'),
  ];
  return `${of.capped ? 'at least ' : ''}${said.join(', ')}`;
}

function riskText(live: readonly SessionRow[]): string {
  const scores = live.flatMap(({ risk }) => (risk === null ? [] : [risk]));
  if (scores.length === 0) return live.length === 0 ? 'not signed in' : 'no sign-in has a score';
  const worst = Math.max(...scores);
  return `${String(worst)} of 100, ${RISK_WORDS[riskLevel(worst)]}`;
}

const deviceName = ({ browser, system, deviceClass }: PersonView['devices'][number]['what']): string =>
  [browser, system].filter((part) => part !== null).join(' · ') || (deviceClass ?? 'not known');

/** @param nameOf what an environment is called */
export function personFacts(
  person: PersonView,
  nameOf: (connection: SessionRow['connection']) => string,
): readonly SummaryFact[] {
  return [
    { name: 'Signed in now', text: liveText(person.live, nameOf) },
    { name: 'Last seen', at: person.last },
    { name: PERIOD, text: periodText(person) },
    {
      name: 'Places',
      text: few(
        person.places.map(({ what: { city, country } }) =>
          city === null ? countryName(country) : `${city}, ${country}`,
        ),
      ),
    },
    { name: 'Devices', text: few(person.devices.map(({ what }) => deviceName(what))) },
    { name: 'Risk now', text: riskText(person.live) },
  ];
}

/** No address is among them: a network’s are masked elsewhere, too. */
export function entityFacts(
  entity: EntityView,
  nameOf: (connection: SessionRow['connection']) => string,
): readonly SummaryFact[] {
  const used: readonly SummaryFact[] = [
    { name: 'Signed in now', text: liveText(entity.live, nameOf) },
    { name: 'Accounts', text: few(entity.accounts.map(({ what }) => what.name)) },
    { name: 'Last seen', at: entity.last },
  ];
  switch (entity.kind) {
    case 'address':
      return [
        { name: 'Place', text: entity.place === null ? 'not known' : placeText(entity.place) },
        {
          name: 'Network',
          text: (entity.network === null ? '' : networkText(entity.network)) || 'not known',
        },
        ...used,
        { name: PERIOD, text: periodText(entity) },
      ];
    case 'network':
      return [
        { name: 'Kind', text: entity.network?.kind ?? 'not known' },
        {
          name: 'Addresses',
          text: `${count(entity.addresses.length)}${entity.addresses.length >= MOST_ADDRESSES ? ' or more' : ''} in ${String(SUMMARY_DAYS)} days`,
        },
        ...used,
        { name: PERIOD, text: periodText(entity) },
      ];
    case 'device':
      // Events are not found by device.
      return [...used, { name: PERIOD, text: counted(entity.sessions, 'session') }];
  }
}

/** How many lines a summary will have. */
export const SUMMARY_LINES = { person: 6, address: 6, network: 6, device: 4 } as const;
