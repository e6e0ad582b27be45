import type { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import type { Network } from '#shared/domain/place.ts';
import { action, type MenuEntry } from '../components/ActionMenu.tsx';
import { networkValue } from '../format/words.ts';
import { goTo } from '../store/route-store.ts';

/** What leads from a row to the pages of whom and what it names. An address that is masked is not to be followed. */
export function pageActions(row: {
  readonly connection: ConnectionId;
  readonly account: { readonly id: AccountId | null; readonly name: string } | null;
  readonly ip: string | null;
  readonly masked: boolean;
  readonly network: Network | null;
}): readonly MenuEntry[] {
  const { connection, account, ip, masked } = row;
  const person = account?.id ?? null;
  const network = row.network === null ? null : networkValue(row.network);
  return [
    account === null || person === null
      ? null
      : action(`Everything about ${account.name}`, () => {
          goTo('people', connection, person);
        }),
    ip === null
      ? null
      : action(
          'Everything this address touched',
          () => {
            goTo('investigate', 'address', ip);
          },
          masked,
        ),
    network === null
      ? null
      : action('Everything this network touched', () => {
          goTo('investigate', 'network', network);
        }),
  ];
}
