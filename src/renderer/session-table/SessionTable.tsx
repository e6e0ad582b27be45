import Box from '@mui/material/Box';
import { useMemo, type ReactNode } from 'react';
import type { Grouping } from '#shared/ipc/session-groupings.ts';
import { ProblemBox } from '../components/ProblemBox.tsx';
import type { ArrangementStore } from '../store/list-arrangement.ts';
import type { FilterStore } from '../store/session-filter.ts';
import { SessionLines, type LinesProps } from './SessionLines.tsx';
import { SessionToolbar, useListSaid } from './SessionToolbar.tsx';
import { useColumns } from './use-columns.ts';
import { useGroupedList } from './use-grouped-list.ts';
import { useHold } from './use-hold.ts';
import type { Sort } from '../store/session-pages.ts';
import { useSessionList } from './use-session-list.ts';

interface TableProps {
  readonly filter: FilterStore;
  readonly arrangement: ArrangementStore;
  readonly title: string;
  readonly tools?: ReactNode;
}

/** Live, virtualised, sorted and grouped by the engine; rows out of sight are not in the page. */
export function SessionTable(props: TableProps): ReactNode {
  const group = props.arrangement((state) => state.group);
  return group === null ? <FlatTable {...props} /> : <GroupedTable key={group} {...props} by={group} />;
}
function FlatTable(props: TableProps): ReactNode {
  const hold = useHold();
  const sort = useSort(props.arrangement);
  const list = useSessionList(props.filter, sort, hold.held);
  return <Frame {...props} by={null} hold={hold} sort={sort} list={list} />;
}
function GroupedTable(props: TableProps & { readonly by: Grouping }): ReactNode {
  const hold = useHold();
  const sort = useSort(props.arrangement);
  const list = useGroupedList(props.filter, sort, props.by, hold.held);
  return <Frame {...props} hold={hold} sort={sort} list={list} />;
}
function useSort(arrangement: ArrangementStore): Sort {
  const { by, descending } = arrangement();
  return useMemo(() => ({ by, descending }), [by, descending]);
}

function Frame({ tools, ...props }: Omit<LinesProps, 'columns'> & { readonly tools?: ReactNode }): ReactNode {
  const { filter, list, arrangement, title } = props;
  const columns = useColumns();
  const said = useListSaid(list);
  const { problem } = list.view;
  return (
    <Box
      sx={{ display: 'flex', flexDirection: 'column', flex: 1, minHeight: 0, bgcolor: 'background.paper' }}
    >
      <SessionToolbar
        title={title}
        filter={filter}
        list={said}
        tools={tools}
        columns={columns}
        arrangement={arrangement}
      />
      {problem === null ? null : <ProblemBox flat problem={problem} />}
      <SessionLines {...props} columns={columns} />
    </Box>
  );
}
