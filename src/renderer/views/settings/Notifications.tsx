import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState, type ReactNode } from 'react';
import type { Problem } from '#shared/domain/result.ts';
import type { ChannelView } from '#shared/ipc/notify-contract.ts';
import { Part } from '../../components/Part.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { counted } from '../../format/words.ts';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { useApp } from '../../store/app-store.ts';
import { removeChannel, retryChannel, testChannel, useChannels } from '../../store/notify-channels.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { useTask } from '../../store/use-task.ts';
import { ChannelForm } from './ChannelForm.tsx';

const where = ({ target }: ChannelView): string => {
  switch (target.kind) {
    case 'webhook':
      return `webhook to ${target.url}`;
    case 'syslog':
      return `syslog to ${target.host}:${String(target.port)} (${target.transport})`;
    case 'mail':
      return `mail to ${target.to.join(', ')} through ${target.host}`;
  }
};

function Channel({ channel }: { readonly channel: ChannelView }): ReactNode {
  const task = useTask();
  const [failed, setFailed] = useState<Problem | null>(null);
  const { id, secret: _secret, lastSentAt, failing, waiting, ...config } = channel;
  return (
    <Box
      component="li"
      data-testid="channel"
      sx={{ py: 2, borderBottom: 1, borderColor: 'divider', display: 'grid', gap: 1 }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 2 }}>
        <Box sx={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
          <Box component="span" sx={{ fontWeight: 500 }}>
            {channel.name}
          </Box>
          <Box component="span" sx={{ color: 'text.secondary' }}>
            {` ${where(channel)}, from ${channel.subscription.minSeverity} up; `}
            {lastSentAt === null ? (
              'nothing sent yet'
            ) : (
              <>
                last sent <TimeAgo at={lastSentAt} />
              </>
            )}
            {waiting > 0 ? `, ${counted(waiting, 'detection')} waiting` : ''}
          </Box>
        </Box>
        <Button
          disabled={task.busy}
          onClick={() =>
            void task.run(async () => {
              setFailed(await testChannel(config, { id }));
            })
          }
        >
          Send a test
        </Button>
        {failing === null ? null : (
          <Button onClick={() => void task.run(() => retryChannel(id))}>Try again</Button>
        )}
        <Button disabled={task.busy} onClick={() => void task.run(() => removeChannel(id))}>
          Remove
        </Button>
      </Box>
      {failing === null ? null : (
        <Box sx={{ color: 'danger.text' }}>
          {`✕ Does not get through: ${failing.problem}, since `}
          <TimeAgo at={failing.since} />
        </Box>
      )}
      {(failed ?? task.problem) === null ? null : (
        <ProblemBox problem={failed ?? task.problem ?? { code: '', message: '' }} />
      )}
    </Box>
  );
}

/** Who is told of detections when nobody looks. Nothing is sent anywhere before a channel is made here. */
export function Notifications(): ReactNode {
  const done = useChannels((state) => state.done);
  const problems = useApp((state) => state.problems.length);
  const answer = useEngineQuery('notify.channels', {}, { revision: done * 1_000 + problems });
  const [adding, setAdding] = useState(false);
  const channels = answer.is === 'ready' ? answer.value : [];
  return (
    <Part title="Notifications">
      <Typography sx={{ color: 'text.secondary' }}>
        Tells people of detections by webhook, syslog or mail when nobody looks. Nothing is sent anywhere
        before you add a channel.
      </Typography>
      {answer.is === 'failed' ? <ProblemBox problem={answer.problem} /> : null}
      <Box component="ul" aria-label="Channels" sx={{ m: 0, p: 0, listStyle: 'none' }}>
        {channels.map((channel) => (
          <Channel key={channel.id} channel={channel} />
        ))}
      </Box>
      {adding ? (
        <ChannelForm
          onDone={() => {
            setAdding(false);
          }}
        />
      ) : (
        <Button
          sx={{ mt: 2 }}
          onClick={() => {
            setAdding(true);
          }}
        >
          Add a channel…
        </Button>
      )}
    </Part>
  );
}
