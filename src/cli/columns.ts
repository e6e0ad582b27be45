import type { Coverage, CoverageGap, SessionAt } from '#shared/ipc/query-contract.ts';
import type { Device, Network, Place } from '#shared/domain/place.ts';
import type { AuditRow, SessionRow } from '#shared/ipc/views.ts';
import { utc, type Column } from './rows.ts';

const joined = (parts: readonly (string | null | undefined)[], between: string): string =>
  parts.filter((part) => part !== null && part !== undefined && part !== '').join(between);
const placeText = (place: Place | null): string =>
  place === null ? '' : joined([place.city, place.country], ', ');
const networkText = (network: Network | null): string => network?.organisation ?? '';
const deviceText = (device: Device | null): string =>
  device === null ? '' : joined([device.browser?.name, device.system?.name], ' on ');

/** Environments by what people call them. */
export type Names = ReadonlyMap<string, string>;
export const namesOf = (coverage: readonly Coverage[]): Names =>
  new Map(coverage.map(({ connection, name }) => [connection, name]));

export const sessionColumns = (names: () => Names): readonly Column<SessionRow>[] => [
  { name: 'account', of: (row) => row.account?.name ?? '(anonymous)' },
  { name: 'environment', of: (row) => names().get(row.connection) ?? row.connection },
  { name: 'status', of: (row) => (row.cause === null ? row.status : `${row.status} (${row.cause})`) },
  { name: 'opened', of: (row) => utc(row.openedAt) },
  { name: 'last seen', of: (row) => utc(row.lastSeenAt) },
  { name: 'ended', of: (row) => utc(row.endedAt) },
  { name: 'address', of: (row) => row.ip ?? '' },
  { name: 'place', of: (row) => placeText(row.place) },
  { name: 'network', of: (row) => networkText(row.network) },
  { name: 'device', of: (row) => deviceText(row.device) },
  { name: 'marks', of: (row) => row.marks.join(' ') },
  { name: 'session', of: (row) => row.id },
];

export const atColumns = (names: () => Names): readonly Column<SessionAt>[] => [
  { name: 'account', of: ({ session }) => session.account?.name ?? '(anonymous)' },
  { name: 'environment', of: ({ session }) => names().get(session.connection) ?? session.connection },
  { name: 'since', of: ({ session }) => utc(session.openedAt) },
  { name: 'until', of: ({ session, perhaps }) => `${utc(session.endedAt)}${perhaps ? ' or before' : ''}` },
  { name: 'address', of: ({ session, seen }) => (seen === null ? session.ip : seen.ip) ?? '' },
  { name: 'place', of: ({ session, seen }) => placeText(seen === null ? session.place : seen.place) },
  { name: 'device', of: ({ session, seen }) => deviceText(seen === null ? session.device : seen.device) },
  { name: 'session', of: ({ session }) => session.id },
];

export const auditColumns = (names: () => Names): readonly Column<AuditRow>[] => [
  { name: 'time', of: (row) => utc(row.at) },
  { name: 'environment', of: (row) => names().get(row.connection) ?? row.connection },
  { name: 'action', of: (row) => row.action },
  { name: 'outcome', of: (row) => joined([row.outcome, row.reason], ': ') },
  { name: 'account', of: (row) => row.account?.name ?? '' },
  { name: 'address', of: (row) => row.ip ?? '' },
  { name: 'place', of: (row) => placeText(row.place) },
  { name: 'device', of: (row) => deviceText(row.device) },
  {
    name: 'details',
    of: (row) => joined([row.object, row.message, row.actor === null ? null : `by ${row.actor}`], ' · '),
  },
  { name: 'event', of: (row) => row.id },
];

/** As of when an answer is true, a line an environment; gaps of the period asked about. */
export function coverageText(coverage: readonly Coverage[]): string {
  return coverage
    .map(({ name, asOf, gaps, history }) => {
      const missing = gaps.map(gapText);
      const newest = missing.slice(-3);
      return [
        `${name}: as of ${asOf === null ? 'never' : utc(asOf)}`,
        ...(history.is === 'loading' ? ['its history is still being read'] : []),
        ...(history.note === null ? [] : [`its history was read only in part: ${history.note}`]),
        ...(newest.length === 0
          ? []
          : [
              `not watched: ${missing.length > newest.length ? `${String(missing.length)} times, lastly ` : ''}${newest.join(', ')}`,
            ]),
      ].join('; ');
    })
    .map((line) => `${line}\n`)
    .join('');
}

const FILLED = {
  stream: '; what happened was told afterwards',
  history: '; events were read afterwards',
} as const;
function gapText({ from, to, why, filled }: CoverageGap): string {
  const until = to === null ? 'now' : utc(to);
  const when = from === null ? `before ${until}` : `${utc(from)} to ${until}`;
  return `${when} (${why}${filled === null ? '' : FILLED[filled]})`;
}
