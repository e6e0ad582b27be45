import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { EmptyState } from '../../components/EmptyState.tsx';
import { count } from '../../format/words.ts';
import { Asked } from '../../parts/Asked.tsx';
import { IfRead } from '../../parts/NothingRead.tsx';
import { QUEUE_TABS, useDetections, type QueueTab } from '../../store/detection-store.ts';
import { StoreChoice } from '../../parts/StoreChoice.tsx';
import { SIZE } from '../../theme/size.ts';
import { BulkBar } from './BulkBar.tsx';
import { QueueList } from './QueueList.tsx';
import type { useQueue } from './use-queue.ts';

const TAB_WORDS: Readonly<Record<QueueTab, string>> = {
  open: 'Open',
  past: 'From the past',
  mine: 'Mine',
  closed: 'Closed',
  silenced: 'Silenced',
};
const EMPTY: Readonly<Record<QueueTab, readonly [string, string]>> = {
  open: [
    'Nothing is open',
    'What is unusual about sign-ins and sessions appears here, worst and newest first. Figures says what was looked at, so that silence can be trusted.',
  ],
  past: [
    'Nothing unusual was read from the past',
    'What happened while this console was not connected is read from the agents’ logs and judged afterwards; what was found stands here. It has alarmed nobody.',
  ],
  mine: ['Nothing is assigned to you', 'Press a on a detection to take it.'],
  closed: ['Nothing has been closed yet', 'What was decided stays here with the reason.'],
  silenced: [
    'Nothing is silenced',
    'What a filter or a suppression kept out of the queue and what was taken back would stand here, with the reason.',
  ],
};

function Tabs({ total }: { readonly total: number | null }): ReactNode {
  const tab = useDetections((state) => state.tab);
  return (
    <Box role="group" aria-label="Which detections" sx={{ display: 'flex', gap: 0.5 }}>
      {QUEUE_TABS.map((name) => (
        <Button
          key={name}
          variant="text"
          aria-pressed={tab === name}
          onClick={() => {
            useDetections.setState({ tab: name, chosen: new Map() });
          }}
          sx={{
            px: 1.5,
            color: tab === name ? 'text.primary' : 'text.secondary',
            fontWeight: tab === name ? 600 : 500,
          }}
        >
          {TAB_WORDS[name]}
          {tab === name && total !== null ? ` ${count(total)}` : ''}
        </Button>
      ))}
    </Box>
  );
}

/** The left side: which detections, in which order, and the list. */
export function QueuePane(props: {
  readonly queue: ReturnType<typeof useQueue>;
  readonly current: string | null;
}): ReactNode {
  const { queue, current } = props;
  const { tab, grouping, text, connection } = useDetections();
  const ready = queue.is === 'ready' ? queue.value : null;
  const [title, words] = EMPTY[tab];
  return (
    <Box
      sx={{
        width: SIZE.queue,
        flex: 'none',
        minHeight: 0,
        display: 'flex',
        flexDirection: 'column',
        borderRight: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
        '@media (max-width: 1300px)': { width: SIZE.queueNarrow },
      }}
    >
      <Box
        sx={{
          display: 'flex',
          flexWrap: 'wrap',
          alignItems: 'center',
          justifyContent: 'space-between',
          px: 2,
          py: 1,
          gap: 1,
          borderBottom: 1,
          borderColor: 'divider',
        }}
      >
        <Tabs total={ready?.total ?? null} />
        <Box sx={{ display: 'flex', gap: 1 }}>
          <StoreChoice
            store={useDetections}
            field="grouping"
            label="Group by"
            options={[
              ['campaign', 'Stories'],
              ['person', 'People'],
              ['none', 'No groups'],
            ]}
          />
          {grouping === 'none' ? (
            <StoreChoice
              store={useDetections}
              field="sort"
              label="Order"
              options={[
                ['severity', 'Severity'],
                ['newest', 'Newest'],
                ['oldest', 'Oldest'],
              ]}
            />
          ) : null}
        </Box>
      </Box>
      <BulkBar rows={ready?.rows ?? []} />
      <Box role="region" aria-label="Queue" tabIndex={0} sx={{ flex: 1, minHeight: 0, overflowY: 'auto' }}>
        <Asked answer={queue} what="detections" lines={10} />
        {ready?.lines.length === 0 ? (
          text.trim() === '' ? (
            <IfRead
              among={connection === null ? [] : [connection]}
              would="What is unusual about sign-ins and sessions appears here, worst and newest first."
            >
              <EmptyState
                title={title}
                action={
                  tab === 'open' ? (
                    <Button
                      onClick={() => {
                        useDetections.setState({ tab: 'past', chosen: new Map() });
                      }}
                    >
                      See what was found in the past
                    </Button>
                  ) : null
                }
              >
                {words}
              </EmptyState>
            </IfRead>
          ) : (
            <EmptyState title="No detection fits">Change or empty the search above.</EmptyState>
          )
        ) : null}
        {ready === null ? null : <QueueList lines={ready.lines} current={current} />}
      </Box>
    </Box>
  );
}
