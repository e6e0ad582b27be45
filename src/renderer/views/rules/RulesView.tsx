import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useEffect, useRef, type ReactNode } from 'react';
import type { RulesOfEnvironment } from '#shared/ipc/rules-views.ts';
import { Choice } from '../../components/Choice.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Heading } from '../../components/Heading.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { useEnvironmentName } from '../../parts/EnvironmentTag.tsx';
import { useApp } from '../../store/app-store.ts';
import { goTo } from '../../store/route-store.ts';
import { chooseEnvironment, takeDrafts, useRules } from '../../store/rules-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { EnvironmentRules } from './EnvironmentRules.tsx';

const ASK_AGAIN_MS = 4_000;

/** Rules that agents enforce, one environment at a time. */
export function RulesView(): ReactNode {
  const environments = useApp((state) => state.environments);
  // Warnings and counts of the agents move with their statuses: then the rules are asked for again.
  const statuses = (environments ?? []).map(({ status, state }) => `${String(status?.now ?? 0)}${state.is}`);
  const revision = hash(statuses.join(' '));
  const moved = useApp((state) => state.rules);
  const list = useEngineQuery('rules.list', {}, { revision, everyMs: ASK_AGAIN_MS });
  const drafts = useEngineQuery('rules.drafts', {}, { revision: moved.drafts });
  // An agent said that its rules changed, perhaps by another window or console: that is shown at once.
  const { again } = list;
  const shown = useRef(moved.published);
  useEffect(() => {
    if (shown.current === moved.published) return;
    shown.current = moved.published;
    again();
  }, [moved.published, again]);
  useEffect(() => {
    if (drafts.is === 'ready') takeDrafts(drafts.value);
  }, [drafts]);
  const chosen = useRules((state) => state.connection);
  const nameOf = useEnvironmentName();
  const all = list.is === 'ready' ? list.value : [];
  const current = all.find(({ connection }) => connection === chosen) ?? all[0];
  if (environments?.length === 0) return <NoEnvironments />;
  return (
    <Box
      sx={{
        display: 'flex',
        flexDirection: 'column',
        height: '100%',
        minHeight: 0,
        bgcolor: 'background.paper',
      }}
    >
      {current === undefined ? (
        <>
          <Heading title="Rules" />
          {list.is === 'failed' ? <ProblemBox flat problem={list.problem} /> : <Waiting what="the rules" />}
        </>
      ) : (
        <Environment
          key={current.connection}
          current={current}
          all={all}
          again={list.again}
          choice={
            <Choice
              quiet
              label="Environment"
              value={current.connection}
              options={all.map(({ connection }) => [connection, nameOf(connection)] as const)}
              onChange={chooseEnvironment}
            />
          }
        />
      )}
    </Box>
  );
}

function Environment(props: {
  readonly current: RulesOfEnvironment;
  readonly all: readonly RulesOfEnvironment[];
  readonly choice: ReactNode;
  readonly again: () => void;
}): ReactNode {
  const { current, all, choice, again } = props;
  if (current.is === 'unavailable') {
    return (
      <>
        <Heading title="Rules">{choice}</Heading>
        <ProblemBox flat problem={current.problem} action={<Button onClick={again}>Ask again</Button>} />
        <EmptyState title="The rules are with the agent">
          It goes on enforcing them while it cannot be asked from here. What was written and not published is
          kept.
        </EmptyState>
      </>
    );
  }
  return <EnvironmentRules current={current} all={all} choice={choice} again={again} />;
}

function NoEnvironments(): ReactNode {
  return (
    <>
      <Heading title="Rules" />
      <EmptyState
        title="No environment is connected"
        action={<Button onClick={() => goTo('environments')}>Open Environments</Button>}
      >
        Rules are written for an environment and enforced by its agent, also when no console is open.
      </EmptyState>
    </>
  );
}

/** A number that changes with the text. */
const hash = (text: string): number => {
  let value = 0;
  for (const char of text) value = (value * 31 + (char.codePointAt(0) ?? 0)) | 0;
  return value;
};
