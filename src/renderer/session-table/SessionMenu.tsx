import type { ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import type { FieldName } from '#shared/query/catalogue.ts';
import { action, ActionMenu, type MenuPlace } from '../components/ActionMenu.tsx';
import { countryName } from '../format/words.ts';
import { useEnvironmentName } from '../parts/EnvironmentTag.tsx';
import { useMasked } from '../parts/Address.tsx';
import { pageActions } from '../parts/page-actions.ts';
import { term, withTerm } from '../store/audit-search.ts';
import { chosenRows } from '../store/chosen-rows.ts';
import { copyText } from '../store/copy.ts';
import { endSessions, othersOf, previewEnding } from '../store/respond-store.ts';
import { goTo } from '../store/route-store.ts';
import { openPanel } from '../store/selection-store.ts';
import { COPY_KINDS, copySessions, type CopyKind } from './copy-sessions.ts';
import { useSessionsFilter, type FilterStore } from '../store/session-filter.ts';

export interface MenuAt extends MenuPlace {
  readonly row: SessionRow;
}

/** What else a list with a search line may be narrowed to: in words, and as a term of the search. */
function narrowings(
  { connection, place, network, device }: SessionRow,
  nameOf: (connection: ConnectionId) => string,
): readonly (readonly [label: string, added: string])[] {
  const environment = nameOf(connection);
  const terms: readonly (readonly [string | null | undefined, FieldName, string | null | undefined])[] = [
    [environment, 'env', environment],
    [place === null ? null : countryName(place.country), 'country', place?.country],
    [network?.organisation, 'network', network?.organisation],
    [device?.browser?.name, 'browser', device?.browser?.name],
  ];
  return terms.flatMap(([label, field, value]) =>
    label === null || label === undefined || value === null || value === undefined
      ? []
      : [[label, term(field, value)] as const],
  );
}

/** What can be done with a session, in the same order wherever a session stands. */
export function SessionMenu(props: {
  readonly at: MenuAt | null;
  readonly filter: FilterStore;
  readonly onClose: () => void;
}): ReactNode {
  const { at, filter, onClose } = props;
  const nameOf = useEnvironmentName();
  const masked = useMasked(at?.row.ip ?? null);
  if (at === null) return null;
  const { row } = at;
  const { account, ip, connection } = row;
  /** The selection, when this session is part of it; otherwise this session. */
  const copyAs = async (kind: CopyKind) => copySessions((await chosenRows(row)) ?? [row], kind);
  return (
    <ActionMenu
      at={at}
      label="Actions for this session"
      onClose={onClose}
      entries={[
        action('Open', () => {
          openPanel(row);
        }),
        action('End session…', () => void endSessions([row]), row.status === 'ended'),
        account === null
          ? null
          : action(
              `Sign out ${account.name} in ${nameOf(connection)}…`,
              () => void previewEnding([{ connection, selector: { accounts: [account.id] } }]),
            ),
        account === null || row.status === 'ended'
          ? null
          : action(`Sign out ${account.name}, keep this session…`, () => void previewEnding(othersOf([row]))),
        'divider',
        account === null
          ? null
          : action(`Show only ${account.name}`, () => {
              filter.setState({ account: { connection, id: account.id, name: account.name } });
            }),
        ip === null
          ? null
          : action(
              masked ? 'Show only this address' : `Show only ${ip}`,
              () => {
                filter.setState({ text: ip });
              },
              masked,
            ),
        ...(filter === useSessionsFilter
          ? narrowings(row, nameOf).map(([label, added]) =>
              action(`Show only ${label}`, () => {
                filter.setState(({ search }) => ({ search: withTerm(search, added) }));
              }),
            )
          : []),
        'divider',
        ...pageActions({ ...row, masked }),
        row.device === null
          ? null
          : action('Everybody with this kind of device', () => {
              if (row.device !== null) goTo('investigate', 'device', row.device.key);
            }),
        'divider',
        account === null ? null : action('Copy person', () => void copyText(account.name, 'Person')),
        ip === null ? null : action('Copy address', () => void copyText(ip, 'Address'), masked),
        ...COPY_KINDS.map((kind) => action(`Copy as ${kind}`, () => void copyAs(kind))),
      ]}
    />
  );
}
