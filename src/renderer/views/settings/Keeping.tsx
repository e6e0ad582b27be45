import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState, type ReactNode } from 'react';
import type { RetentionPolicy, RetentionView } from '#shared/ipc/mirror-contract.ts';
import { Choice } from '../../components/Choice.tsx';
import { Part } from '../../components/Part.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { useApp } from '../../store/app-store.ts';
import { runRetention, saveRetention } from '../../store/retention-actions.ts';
import { dueText, samePolicy } from '../../store/retention-draft.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { useTask } from '../../store/use-task.ts';
import { KeepingRules } from './KeepingRules.tsx';
import { KeepingRuns } from './KeepingRuns.tsx';

const GIGABYTES = [1, 2, 5, 10, 20, 50] as const;

function sizeOptions(current: number | null): readonly (readonly [string, string])[] {
  const sizes = new Set<number>(GIGABYTES.map((one) => one * 1_000));
  if (current !== null) sizes.add(current);
  return [
    ['any', 'Any size'],
    ...[...sizes].sort((a, b) => a - b).map((one) => [String(one), `${String(one / 1_000)} GB`] as const),
  ];
}

/** How long things are kept, what that deletes before it is saved, and what was deleted. */
export function Keeping(): ReactNode {
  const revision = useApp((state) => state.revision);
  const stored = useEngineQuery('retention.get', {}, { revision, everyMs: 5_000 });
  const [changed, setChanged] = useState<RetentionPolicy | null>(null);
  const task = useTask();
  const environments = useApp((state) => state.environments) ?? [];
  const view = stored.is === 'ready' ? stored.value : null;
  const draft = changed ?? view?.policy ?? null;
  const forecast = useEngineQuery('retention.preview', draft, { revision, everyMs: 10_000 });

  if (stored.is === 'failed') return <ProblemBox problem={stored.problem} />;
  if (view === null || draft === null) return null;
  const edited = !samePolicy(draft, view.policy);
  const due = forecast.is === 'ready' ? dueText(forecast.value) : null;
  const act = (work: () => Promise<RetentionView>): void => {
    void task.run(async () => {
      await work();
      stored.again();
      forecast.again();
      setChanged(null);
    });
  };
  return (
    <Part title="How long things are kept">
      <Typography sx={{ color: 'text.secondary', mb: 2 }}>
        {`${view.size.events.toLocaleString('en')} events, ${(view.size.bytes / 1e6).toFixed(0)} MB. Events count by their own time, sessions by when they ended, detections by when they were seen last; live sessions and open detections are never deleted.`}
      </Typography>
      <KeepingRules environments={environments} policy={draft} onChange={setChanged} />
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 3, mt: 2, flexWrap: 'wrap' }}>
        <Typography>Largest size of the mirror</Typography>
        <Choice
          quiet
          label="Largest size of the mirror"
          value={draft.mostMegabytes === null ? 'any' : String(draft.mostMegabytes)}
          options={sizeOptions(draft.mostMegabytes)}
          onChange={(size) => setChanged({ ...draft, mostMegabytes: size === 'any' ? null : Number(size) })}
        />
        <Typography sx={{ color: 'text.secondary' }}>
          {draft.archiveFolder === null
            ? 'No archive is kept of what is deleted; “watchfloor retention --archive” sets a folder.'
            : `What is deleted is archived in ${draft.archiveFolder} first.`}
        </Typography>
      </Box>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 3, mt: 2, flexWrap: 'wrap' }} aria-live="polite">
        <Typography sx={{ flex: '1 1 20rem', color: due === null ? 'text.secondary' : 'severity.medium' }}>
          {forecast.is !== 'ready'
            ? 'Counting what would be deleted…'
            : due === null
              ? 'Nothing is older or larger than this.'
              : edited
                ? `Saving this deletes ${due} within the hour.`
                : `Due, and deleted within the hour: ${due}.`}
        </Typography>
        {edited ? (
          <>
            <Button onClick={() => setChanged(null)}>Discard</Button>
            <Button variant="contained" disabled={task.busy} onClick={() => act(() => saveRetention(draft))}>
              Save
            </Button>
          </>
        ) : (
          <Button disabled={task.busy || due === null} onClick={() => act(runRetention)}>
            {task.busy ? 'Deleting…' : 'Delete what is due now'}
          </Button>
        )}
      </Box>
      {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      <KeepingRuns runs={view.runs} />
    </Part>
  );
}
