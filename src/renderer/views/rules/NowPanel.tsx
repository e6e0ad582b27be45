import Box from '@mui/material/Box';
import { useDeferredValue, type ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { LiveEffect } from '#shared/ipc/rules-views.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import { Part } from '../../components/Part.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { counted } from '../../format/words.ts';
import { useApp } from '../../store/app-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';

const SHOWN = 12;

/** Whom a rule would end at this moment, oneself first. */
export function NowPanel(props: { readonly connection: ConnectionId; readonly rule: Rule }): ReactNode {
  const rule = useDeferredValue(props.rule);
  const revision = useApp((state) => state.revision);
  const { connection } = props;
  const query = useEngineQuery(
    'rules.simulateLive',
    { connection, rules: [rule] },
    { revision, everyMs: 3_000 },
  );
  const title = 'Now';
  if (query.is === 'failed') {
    return (
      <Part title={title}>
        <ProblemBox problem={query.problem} />
      </Part>
    );
  }
  const effect = query.is === 'ready' ? query.value.effects[0] : undefined;
  return (
    <Part title={title}>
      {query.is === 'loading' || effect === undefined ? (
        <Waiting what="whom it would end" lines={3} />
      ) : (
        <Box data-testid="now">
          <Summary effect={effect} sessions={query.value.sessions} />
          {query.value.problem === null ? null : (
            <Box sx={{ color: 'text.secondary', typography: 'caption' }}>
              {`By the mirror alone: ${query.value.problem.message}`}
            </Box>
          )}
          <Hits effect={effect} />
        </Box>
      )}
    </Part>
  );
}

function Summary({
  effect,
  sessions,
}: {
  readonly effect: LiveEffect;
  readonly sessions: number;
}): ReactNode {
  const { own, privileged, agent } = effect;
  return (
    <>
      <Box sx={{ typography: 'h2' }}>
        {effect.sessions === 0
          ? 'It would end nobody'
          : `It would end ${counted(effect.sessions, 'session')} of ${counted(effect.accounts, 'person', 'people')}`}
      </Box>
      <Box sx={{ color: 'text.secondary' }}>
        {`${counted(sessions, 'live session')} looked at${privileged === 0 ? '' : `; ${counted(privileged, 'privileged session')}`}`}
      </Box>
      {own === 0 ? null : (
        <Box role="note" sx={{ color: 'severity.high', fontWeight: 600 }}>
          {`It would end you: ${counted(own, 'session')} of your own.`}
        </Box>
      )}
      {agent === null || agent.sessions === effect.sessions ? null : (
        <Box sx={{ color: 'text.secondary' }}>
          {`The agent counts ${counted(agent.sessions, 'session')}: it knows its lists, services and protected accounts, and sees a little more recently.`}
        </Box>
      )}
    </>
  );
}

function Hits({ effect }: { readonly effect: LiveEffect }): ReactNode {
  const rest = effect.sessions - Math.min(SHOWN, effect.hits.length);
  if (effect.hits.length === 0) return null;
  return (
    <Box component="ul" sx={{ listStyle: 'none', p: 0, m: 0, mt: 2 }}>
      {effect.hits.slice(0, SHOWN).map(({ session, name, reason, own, privileged }) => (
        <Box component="li" key={session} sx={{ py: 0.75, borderTop: 1, borderColor: 'divider' }}>
          <Box component="span" sx={{ fontWeight: 600 }}>
            {name}
          </Box>
          {own ? ' (you)' : privileged ? ' (privileged)' : ''}
          <Box component="span" sx={{ color: 'text.secondary' }}>{`: ${reason}`}</Box>
        </Box>
      ))}
      {rest <= 0 ? null : (
        <Box component="li" sx={{ py: 0.75, borderTop: 1, borderColor: 'divider', color: 'text.secondary' }}>
          {`and ${counted(rest, 'more session', 'more sessions')}`}
        </Box>
      )}
    </Box>
  );
}
