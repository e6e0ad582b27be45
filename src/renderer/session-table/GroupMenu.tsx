import type { ReactNode } from 'react';
import type { SessionGroup } from '#shared/ipc/desk-contract.ts';
import type { Grouping } from '#shared/ipc/session-groupings.ts';
import { action, ActionMenu, type MenuPlace } from '../components/ActionMenu.tsx';
import { counted } from '../format/words.ts';
import { previewAct } from '../store/respond-store.ts';
import { requestOf, type FilterStore } from '../store/session-filter.ts';
import { timeNow } from '../store/time-store.ts';
import { chooseAll } from './select-all.ts';
import type { Sort } from '../store/session-pages.ts';

export interface GroupMenuAt extends MenuPlace {
  readonly group: SessionGroup;
}

/** What can be done with a whole group of the list. */
export function GroupMenu(props: {
  readonly at: GroupMenuAt | null;
  readonly by: Grouping;
  readonly filter: FilterStore;
  readonly sort: Sort;
  readonly onToggle: (key: string | null) => void;
  readonly onClose: () => void;
}): ReactNode {
  const { at, by, filter, sort } = props;
  if (at === null) return null;
  const { group } = at;
  const request = { ...requestOf(filter.getState(), timeNow()), group: { by, key: group.key } };
  return (
    <ActionMenu
      at={at}
      label="Actions for this group"
      onClose={props.onClose}
      entries={[
        action('Open or close', () => {
          props.onToggle(group.key);
        }),
        action(`Select ${counted(group.sessions, 'session')}`, () => void chooseAll(request, sort)),
        action(
          `End ${counted(group.sessions, 'session')}…`,
          () => void previewAct({ selection: { matching: request }, act: { kind: 'revoke' } }),
          request.state !== 'live' || request.at !== undefined,
        ),
      ]}
    />
  );
}
