import type { ReactNode } from 'react';
import { accountIn, connectionIn } from '#shared/domain/plain-ids.ts';
import { useRoute } from '../../store/route-store.ts';
import { IdentitiesPage } from './IdentitiesPage.tsx';
import { PeopleList } from './PeopleList.tsx';
import { PersonPage } from './PersonPage.tsx';

/** Everybody, or one person: `#/people/<connection>/<account>`. */
export function PeopleView(): ReactNode {
  const [first, second] = useRoute((route) => route.rest);
  if (first === 'identities' && second === undefined) return <IdentitiesPage />;
  const connection = connectionIn(first);
  const id = accountIn(second);
  if (connection === null || id === null) return <PeopleList />;
  return <PersonPage key={`${connection} ${id}`} at={{ connection, id }} />;
}
