import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { memo, useMemo, type ReactNode } from 'react';
import { clearChosen, useSelection } from '../store/selection-store.ts';
import { useAfterFirstRows } from '../store/first-rows.ts';
import type { FilterStore } from '../store/session-filter.ts';
import { count, counted } from '../format/words.ts';
import { StaleNote } from '../parts/StaleNote.tsx';
import { UnwatchedNote } from '../entity/UnwatchedNote.tsx';
import { useWhatIsRead } from '../store/what-is-read.ts';
import { useTime } from '../store/time-store.ts';
import { EndMatching } from './EndMatching.tsx';
import { ChosenCount } from './ChosenCount.tsx';
import { GroupChoice } from './GroupChoice.tsx';
import type { ArrangementStore } from '../store/list-arrangement.ts';
import { ColumnChooser } from './ColumnChooser.tsx';
import { FilterChips } from './FilterChips.tsx';
import type { Columns } from './use-columns.ts';
import { MOST_FRESH, type SessionList } from './use-session-list.ts';
import { ChosenActions } from './ChosenActions.tsx';

const PAST_WORDS = { instant: 'open then', playing: 'open then', period: 'open in this period' } as const;
const STATE_WORDS = { live: 'live', ended: 'ended', all: 'in all' } as const;

/** What is said of a list, without its rows. */
type ListSaid = Pick<SessionList['view'], 'is' | 'total' | 'totalNow' | 'fresh'> &
  Pick<SessionList, 'groups' | 'showFresh'>;

/** The same object until one of its facts changes, however often rows of the list come. */
export function useListSaid({ view, groups, showFresh }: SessionList): ListSaid {
  const { is, total, totalNow, fresh } = view;
  return useMemo(
    () => ({ is, total, totalNow, fresh, groups, showFresh }),
    [is, total, totalNow, fresh, groups, showFresh],
  );
}

/** While the order is held, the list may be shorter or longer than what there is now: then both are said. */
const heldText = ({ total, totalNow }: ListSaid): string =>
  totalNow === null || totalNow === total ? '' : ` in this list, ${count(totalNow)} now`;

const groupsText = ({ shown, total }: NonNullable<SessionList['groups']>): string =>
  shown === total
    ? `in ${counted(total, 'group')}`
    : `the ${count(shown)} largest of ${counted(total, 'group')}; narrow the list to see the others`;

function View(props: {
  readonly title: string;
  readonly filter: FilterStore;
  readonly list: ListSaid;
  readonly tools?: ReactNode;
  readonly columns: Columns;
  readonly arrangement: ArrangementStore;
}): ReactNode {
  const { filter, list } = props;
  const state = filter((shown) => shown.state);
  const past = useTime(({ time }) => time.is);
  const connections = filter((shown) => shown.connections);
  const chosen = useSelection((selection) => selection.chosen);
  const { fresh } = list;
  const read = useWhatIsRead(connections);
  const rest = useAfterFirstRows();
  return (
    <Box
      sx={{
        display: 'flex',
        alignItems: 'center',
        flexWrap: 'wrap',
        gap: 2,
        px: 3,
        py: 1,
        minHeight: (theme) => theme.spacing(11),
        borderBottom: 1,
        borderColor: 'divider',
      }}
    >
      <Typography variant="h2">{props.title}</Typography>
      <Typography component="span" sx={{ color: 'text.secondary' }} data-testid="session-count">
        {list.is === 'ready' && (read === 'something' || list.total > 0)
          ? `${count(list.total)} ${past === 'live' ? STATE_WORDS[state] : PAST_WORDS[past]}${heldText(list)}`
          : ''}
      </Typography>
      {list.groups === null || list.is !== 'ready' ? null : (
        <Typography component="span" data-testid="group-count" sx={{ color: 'text.secondary' }}>
          {groupsText(list.groups)}
        </Typography>
      )}
      {chosen.size === 0 ? null : (
        <>
          <ChosenCount filter={filter} />
          <Button variant="text" onClick={clearChosen}>
            Clear
          </Button>
        </>
      )}
      {props.tools}
      <FilterChips filter={filter} />
      <StaleNote among={connections} />
      <UnwatchedNote among={connections} />
      <Box sx={{ flex: 1 }} />
      {rest ? (
        <>
          <GroupChoice arrangement={props.arrangement} />
          <ColumnChooser columns={props.columns} />
        </>
      ) : null}
      {fresh === 0 ? null : (
        <Button color="primary" onClick={list.showFresh}>
          {`${fresh >= MOST_FRESH ? `${String(MOST_FRESH)} or more` : String(fresh)} new${list.groups === null ? '' : fresh === 1 ? ' group' : ' groups'}`}
        </Button>
      )}
      {chosen.size > 0 || list.is !== 'ready' ? null : <EndMatching filter={filter} total={list.total} />}
      {chosen.size === 0 ? null : <ChosenActions chosen={chosen} />}
    </Box>
  );
}

/**
 * Name of the list, honest counts, what it is narrowed to, and what can be done with the selection. Not drawn again
 * while rows are scrolled, or come.
 */
export const SessionToolbar = memo(View);
