import Box from '@mui/material/Box';
import { memo, type MouseEvent, type ReactNode } from 'react';
import type { SessionGroup } from '#shared/ipc/desk-contract.ts';
import type { Grouping } from '#shared/ipc/session-groupings.ts';
import { ONE_LINE } from '../components/one-line.ts';
import { counted } from '../format/words.ts';
import { useEnvironmentName } from '../parts/EnvironmentTag.tsx';
import { useMasked } from '../parts/Address.tsx';
import { TimeAgo } from '../parts/TimeText.tsx';
import { GroupRow } from './grid-styles.ts';
import { groupBeside, groupName } from './group-words.ts';

export interface GroupRowProps {
  readonly by: Grouping;
  readonly group: SessionGroup;
  readonly open: boolean;
  readonly index: number;
  readonly top: number;
  readonly active: boolean;
  readonly onToggle: (index: number, group: SessionGroup) => void;
  readonly onMenu: (event: MouseEvent, index: number, group: SessionGroup) => void;
}

function View(props: GroupRowProps): ReactNode {
  const { by, group, open, index } = props;
  const environment = useEnvironmentName();
  const masked = useMasked(by === 'address' ? group.key : null);
  const name = groupName(by, group, { masked, environment });
  const beside = groupBeside(by, group);
  return (
    <GroupRow
      role="row"
      aria-level={1}
      aria-expanded={open}
      aria-rowindex={index + 2}
      data-index={index}
      tabIndex={props.active ? 0 : -1}
      style={{ transform: `translateY(${String(props.top)}px)` }}
      onClick={() => {
        props.onToggle(index, group);
      }}
      onContextMenu={(event) => {
        props.onMenu(event, index, group);
      }}
    >
      <Box role="gridcell" sx={{ display: 'flex', alignItems: 'baseline', gap: 3, minWidth: 0 }}>
        <Box component="span" aria-hidden="true" sx={{ width: '1em', color: 'text.secondary' }}>
          {open ? '▾' : '▸'}
        </Box>
        <Box component="span" title={name} sx={{ fontWeight: 600, ...ONE_LINE }}>
          {name}
        </Box>
        <Box component="span" sx={{ flex: 'none' }}>
          {counted(group.sessions, 'session')}
        </Box>
        {by === 'person' ? null : (
          <Box component="span" sx={{ flex: 'none', color: 'text.secondary' }}>
            {counted(group.people, 'person', 'people')}
          </Box>
        )}
        {group.lastSeenAt === null ? null : (
          <Box component="span" sx={{ flex: 'none', color: 'text.secondary' }}>
            {'last seen '}
            <TimeAgo at={group.lastSeenAt} />
          </Box>
        )}
        <Box
          component="span"
          sx={{
            color: 'text.secondary',
            ...ONE_LINE,
            minWidth: 0,
          }}
        >
          {beside}
        </Box>
      </Box>
    </GroupRow>
  );
}

/** The head of a group of sessions: what they share, how many, whose. */
export const GroupRowView = memo(View);
