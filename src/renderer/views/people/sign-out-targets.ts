import type { ConnectionId, SessionId } from '#shared/domain/ids.ts';
import type { ResponseTarget } from '#shared/ipc/respond-contract.ts';
import type { PersonView } from '#shared/ipc/people-views.ts';

/** One target per environment with all of the person's accounts there, without the sessions that are kept. */
export function signOutTargets(
  person: Pick<PersonView, 'accounts' | 'live'>,
  kept: ReadonlySet<string>,
): readonly ResponseTarget[] {
  const accounts = new Map<ConnectionId, ResponseAccounts[]>();
  for (const { connection, id, live } of person.accounts) {
    if (live > 0) accounts.set(connection, [...(accounts.get(connection) ?? []), id]);
  }
  return [...accounts].map(([connection, ids]): ResponseTarget => {
    const except: SessionId[] = person.live
      .filter((row) => row.connection === connection && kept.has(`${connection} ${row.id}`))
      .map(({ id }) => id);
    return {
      connection,
      selector: except.length === 0 ? { accounts: ids } : { accounts: ids, except },
    };
  });
}

/** All accounts of the person, signed in or not. */
export function accountTargets({ accounts }: Pick<PersonView, 'accounts'>): readonly ResponseTarget[] {
  const byConnection = new Map<ConnectionId, ResponseAccounts[]>();
  for (const { connection, id } of accounts) {
    byConnection.set(connection, [...(byConnection.get(connection) ?? []), id]);
  }
  return [...byConnection].map(([connection, ids]) => ({ connection, selector: { accounts: ids } }));
}
type ResponseAccounts = PersonView['accounts'][number]['id'];
