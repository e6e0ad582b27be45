import type { ReactNode } from 'react';
import { GROUPINGS, type Grouping } from '#shared/ipc/session-groupings.ts';
import { Choice } from '../components/Choice.tsx';
import type { ArrangementStore } from '../store/list-arrangement.ts';
import { GROUPING_NAMES } from './group-words.ts';

type Option = Grouping | 'none';

/** What the list is grouped by. */
export function GroupChoice({ arrangement }: { readonly arrangement: ArrangementStore }): ReactNode {
  const group = arrangement((state) => state.group);
  return (
    <Choice<Option>
      quiet
      label="Group by"
      value={group ?? 'none'}
      options={[
        ['none', 'Not grouped'],
        ...GROUPINGS.map((by) => [by, `By ${GROUPING_NAMES[by].toLowerCase()}`] as const),
      ]}
      onChange={(by) => {
        arrangement.setState({ group: by === 'none' ? null : by });
      }}
    />
  );
}
