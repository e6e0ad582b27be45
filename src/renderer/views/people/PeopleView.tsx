import type { ReactNode } from 'react';
import { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import { useRoute } from '../../store/route-store.ts';
import { IdentitiesPage } from './IdentitiesPage.tsx';
import { PeopleList } from './PeopleList.tsx';
import { PersonPage } from './PersonPage.tsx';

/** Everybody, or one person: `#/people/<connection>/<account>`. */
export function PeopleView(): ReactNode {
  const [connection, account] = useRoute((route) => route.rest);
  if (connection === 'identities' && account === undefined) return <IdentitiesPage />;
  const at = { connection: ConnectionId.safeParse(connection), id: AccountId.safeParse(account) };
  if (!at.connection.success || !at.id.success) return <PeopleList />;
  return (
    <PersonPage
      key={`${at.connection.data} ${at.id.data}`}
      at={{ connection: at.connection.data, id: at.id.data }}
    />
  );
}
