import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState, type ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { DetectionDescription } from '#shared/ipc/detections-views.ts';
import { Choice } from '../../components/Choice.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { duration } from '../../format/time.ts';
import { useApp } from '../../store/app-store.ts';
import { backTestKey, useBackTest, type BackTestRequest } from '../../store/back-test.ts';
import { useFromClock } from '../../store/clock.ts';
import type { SettingsJson } from '../../store/detect-settings.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { BackTestAnswer } from './BackTestAnswer.tsx';
import { CardSection } from './CardSection.tsx';

const SPANS = [
  ['7', 'Last 7 days'],
  ['30', 'Last 30 days'],
  ['90', 'Last 90 days'],
  ['all', 'Everything mirrored'],
] as const;
type Span = (typeof SPANS)[number][0];

function Running(props: { readonly startedAt: number; readonly cancel: () => void }): ReactNode {
  const { startedAt, cancel } = props;
  const since = useFromClock((now) => duration(now - startedAt));
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 3 }}>
      <Typography role="status">
        Trying it on the mirrored events… <span aria-hidden="true">{since}</span>
      </Typography>
      <Button onClick={cancel}>Cancel</Button>
    </Box>
  );
}

/** What the settings in the form would have found on the mirrored history, before they are saved. */
export function BackTestPanel(props: {
  /** Null: the settings of all environments; one of them is chosen here to try them on. */
  readonly connection: ConnectionId | null;
  readonly setting: string;
  /** What would be saved; null while the form holds something wrong. */
  readonly next: SettingsJson | null;
  readonly changed: boolean;
  readonly catalogue: readonly DetectionDescription[];
}): ReactNode {
  const { connection, setting, next, changed, catalogue } = props;
  const environments = useApp((state) => state.environments) ?? [];
  const [wanted, setWanted] = useState<ConnectionId | null>(null);
  const [span, setSpan] = useState<Span>('30');
  const test = useBackTest();
  const chosen = environments.find((one) => one.connection === wanted) ?? environments[0];
  const on = connection ?? chosen?.connection ?? null;
  // An environment's own settings stay over common ones that are tried.
  const own = useEngineQuery(
    'detections.settings',
    connection === null && on !== null ? { connection: on } : null,
  );
  const over = connection !== null ? {} : own.is === 'ready' ? (own.value.saved as SettingsJson) : null;
  const request: BackTestRequest | null =
    on === null || next === null || over === null
      ? null
      : { connection: on, settings: { ...next, ...over }, days: span === 'all' ? null : Number(span) };
  const { state } = test;
  const stale = state.is !== 'idle' && (request === null || state.of !== backTestKey(request));
  const titleOf = (name: DetectionDescription['name']): string =>
    catalogue.find((one) => one.name === name)?.title ?? name;
  return (
    <CardSection title="Try it on the past" aside="nothing is saved by it">
      <Box sx={{ display: 'grid', gap: 3, minWidth: 0 }}>
        <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 2 }}>
          {connection === null && environments.length > 1 ? (
            <Choice
              quiet
              label="Environment to try it on"
              value={chosen?.connection ?? ''}
              options={environments.map((one) => [one.connection as string, one.name] as const)}
              onChange={(value) => {
                setWanted(environments.find((one) => one.connection === value)?.connection ?? null);
              }}
            />
          ) : null}
          <Choice quiet label="Time to try it on" value={span} options={SPANS} onChange={setSpan} />
          <Button
            variant="outlined"
            disabled={request === null || !changed || state.is === 'running'}
            onClick={() => {
              if (request !== null) test.start(request);
            }}
          >
            Try it
          </Button>
        </Box>
        {on === null ? (
          <Typography sx={{ color: 'text.secondary' }}>
            There is no environment to try it on yet: add one under Environments.
          </Typography>
        ) : null}
        {over !== null && Object.hasOwn(over, setting) ? (
          <Typography sx={{ color: 'text.secondary' }}>
            This environment has a setting of its own for this detection; a change for all does not touch it.
          </Typography>
        ) : null}
        {own.is === 'failed' ? <ProblemBox problem={own.problem} /> : null}
        {state.is === 'idle' ? (
          <Typography sx={{ color: 'text.secondary' }}>
            {changed
              ? 'Shows what would fire more and what no longer, day by day and one by one.'
              : 'Change something in the form; here you see what would have fired more and what no longer.'}
          </Typography>
        ) : null}
        {state.is === 'running' ? <Running startedAt={state.startedAt} cancel={test.cancel} /> : null}
        {stale && state.is !== 'running' ? (
          <Typography role="status">The answer below is to other settings: try it again.</Typography>
        ) : null}
        {state.is === 'failed' ? <ProblemBox problem={state.problem} /> : null}
        {state.is === 'done' ? (
          <BackTestAnswer
            result={state.result}
            connection={state.connection}
            from={state.from}
            titleOf={titleOf}
          />
        ) : null}
      </Box>
    </CardSection>
  );
}
