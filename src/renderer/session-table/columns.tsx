import { createColumnHelper, rowSortingFeature, tableFeatures } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import type { SessionSort } from '#shared/ipc/engine-contract.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import { Address } from '../parts/Address.tsx';
import { EnvironmentTag } from '../parts/EnvironmentTag.tsx';
import { Marks } from '../components/Marks.tsx';
import { RiskMark } from '../components/RiskMark.tsx';
import { StatusMark } from '../components/StatusMark.tsx';
import { TimeAgo, TimeOfDay } from '../parts/TimeText.tsx';
import { useSettings } from '../store/settings-store.ts';
import type { Tracks } from './column-layout.ts';
import { useTime } from '../store/time-store.ts';
import { Unknown } from '../components/Unknown.tsx';
import {
  deviceDetail,
  deviceText,
  networkDetail,
  networkText,
  placeDoubts,
  placeText,
} from '../format/words.ts';

export const features = tableFeatures({ rowSortingFeature });
const helper = createColumnHelper<typeof features, SessionRow>();

/** What the engine sorts by for each column; a column without an entry cannot be sorted by the engine. */
export const SORT_OF: Readonly<Record<string, SessionSort>> = {
  environment: 'environment',
  person: 'account',
  status: 'status',
  lastSeen: 'lastSeenAt',
  signedIn: 'openedAt',
  place: 'place',
  address: 'ip',
  network: 'network',
  device: 'device',
  ended: 'endedAt',
  risk: 'risk',
};

/** Least width in rem, and how much of the spare width a column takes. */
export const TRACKS: Tracks = {
  select: [2.25, 0],
  environment: [6, 1],
  person: [6, 2],
  roles: [4.75, 1.5],
  status: [4.5, 1],
  risk: [3, 0.25],
  lastSeen: [5.25, 0.5],
  signedIn: [7.25, 0.5],
  place: [5.5, 2],
  address: [7, 1],
  network: [5.5, 3],
  device: [5.5, 2],
  marks: [4.75, 2],
  ended: [7.25, 0.5],
  expires: [7.25, 0.5],
  country: [5, 0.5],
  agent: [10, 3],
  session: [8, 1],
};

export const COLUMN_ORDER: readonly string[] = Object.keys(TRACKS);
/** Shown until a person chooses otherwise. */
export const USUAL_COLUMNS: readonly string[] = COLUMN_ORDER.filter(
  (id) => !['select', 'ended', 'expires', 'country', 'agent', 'session'].includes(id),
);

function Mono({ children }: { readonly children: string }): ReactNode {
  return (
    <span className="wf-mono" title={children}>
      {children}
    </span>
  );
}
/** The exact user agent; with masking on it is asked for in the session itself. */
function RawAgent({ agent }: { readonly agent: string | null }): ReactNode {
  const masked = useSettings((state) => state.settings.maskAddresses);
  if (agent === null) return <Unknown why="The store does not keep the user agent" />;
  if (masked) return <Unknown why="Hidden by the privacy setting; open the session to show it" />;
  return <Mono>{agent}</Mono>;
}

/** In the past only the latest activity of a session is known; before it, all that can be said is that it was open. */
function StatusCell({ row }: { readonly row: SessionRow }): ReactNode {
  const past = useTime((state) => state.time.is === 'instant' || state.time.is === 'playing');
  if (!past || row.status !== 'unseen') return <StatusMark status={row.status} cause={row.cause} />;
  return <StatusMark status="unseen" word="open then" />;
}

const text = (value: string, whole = value): ReactNode => <span title={whole}>{value}</span>;
const NO_ADDRESS = 'No address is known for this session';

function person(row: SessionRow): ReactNode {
  if (row.account === null) return <Unknown why="Nobody is signed in to this session" />;
  const via = row.via === null ? '' : `\n${row.via.name} works as this person`;
  return <strong title={`${row.account.name}${via}`}>{row.account.name}</strong>;
}

export const columns = helper.columns([
  helper.display({ id: 'select', header: '' }),
  helper.display({
    id: 'environment',
    header: 'Environment',
    cell: ({ row }) => <EnvironmentTag connection={row.original.connection} />,
  }),
  helper.display({ id: 'person', header: 'Person', cell: ({ row }) => person(row.original) }),
  helper.display({
    id: 'roles',
    header: 'Roles',
    cell: ({ row }) =>
      row.original.roles.length === 0 ? (
        <Unknown why="The store names no roles for this account" />
      ) : (
        text(row.original.roles.join(', '))
      ),
  }),
  helper.display({
    id: 'status',
    header: 'Status',
    cell: ({ row }) => <StatusCell row={row.original} />,
  }),
  helper.display({
    id: 'risk',
    header: 'Risk',
    cell: ({ row }) => <RiskMark risk={row.original.risk} />,
  }),
  helper.display({
    id: 'lastSeen',
    header: 'Last seen',
    cell: ({ row }) => <TimeAgo at={row.original.lastSeenAt} missing="This store keeps no last activity" />,
  }),
  helper.display({
    id: 'signedIn',
    header: 'Signed in',
    cell: ({ row }) => (
      <TimeOfDay at={row.original.openedAt} missing="This store does not keep when a session was opened" />
    ),
  }),
  helper.display({
    id: 'place',
    header: 'Place',
    cell: ({ row: { original } }) =>
      original.place === null ? (
        <Unknown
          why={original.ip === null ? NO_ADDRESS : 'The address has no place: private, special or not listed'}
        />
      ) : (
        text(placeText(original.place), placeDoubts(original.place))
      ),
  }),
  helper.display({
    id: 'address',
    header: 'Address',
    cell: ({ row: { original } }) => <Address ip={original.ip} of={original.ipOf} />,
  }),
  helper.display({
    id: 'network',
    header: 'Network',
    cell: ({ row: { original } }) =>
      original.network === null ? (
        <Unknown why={original.ip === null ? NO_ADDRESS : 'No list names the network of this address'} />
      ) : (
        text(networkText(original.network), networkDetail(original.network))
      ),
  }),
  helper.display({
    id: 'device',
    header: 'Browser · system',
    cell: ({ row: { original } }) => {
      const words = original.device === null ? '' : deviceText(original.device);
      if (original.device !== null && words !== '') return text(words, deviceDetail(original.device));
      const why =
        original.userAgent === null
          ? 'The store does not keep the user agent'
          : 'The user agent names no browser that is known';
      return <Unknown why={why} />;
    },
  }),
  helper.display({
    id: 'ended',
    header: 'Ended',
    cell: ({ row }) => <TimeOfDay at={row.original.endedAt} missing="It has not ended" />,
  }),
  helper.display({
    id: 'expires',
    header: 'Expires',
    cell: ({ row }) => (
      <TimeOfDay at={row.original.expiresAt} missing="The store does not say when it expires" />
    ),
  }),
  helper.display({
    id: 'country',
    header: 'Country',
    cell: ({ row: { original } }) =>
      original.place === null ? <Unknown why={NO_ADDRESS} /> : text(original.place.country),
  }),
  helper.display({
    id: 'agent',
    header: 'User agent',
    cell: ({ row }) => <RawAgent agent={row.original.userAgent} />,
  }),
  helper.display({
    id: 'session',
    header: 'Session',
    cell: ({ row }) => <Mono>{row.original.id}</Mono>,
  }),
  helper.display({ id: 'marks', header: 'Marks', cell: ({ row }) => <Marks row={row.original} /> }),
]);

/** What each column is called. */
export const COLUMN_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  columns.map(({ id, header }) => [String(id), String(header)]),
);
