import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { PublishResult, RulesOfEnvironment } from '#shared/ipc/rules-views.ts';
import { compareRules } from '#shared/rules/compare.ts';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { EnvironmentTag, useEnvironmentName } from '../../parts/EnvironmentTag.tsx';
import { counted } from '../../format/words.ts';
import { publishRules, type Editing } from '../../store/rules-store.ts';
import { useApp } from '../../store/app-store.ts';
import { useTask } from '../../store/use-task.ts';
import { Differences } from './Differences.tsx';
import { Reaches } from './Reaches.tsx';
import { publishItems } from './publish-items.ts';

type Ready = Extract<RulesOfEnvironment, { is: 'ready' }>;

/** Puts what was written into force: what changes, whom it reaches now, and where else it goes. */
export function PublishDialog(props: {
  readonly editing: Editing;
  readonly current: Ready;
  readonly others: readonly Ready[];
  readonly onClose: () => void;
  readonly published: () => void;
}): ReactNode {
  const { editing, current, others, onClose, published } = props;
  const nameOf = useEnvironmentName();
  const environments = useApp((state) => state.environments) ?? [];
  const tierOf = (connection: ConnectionId) =>
    environments.find((one) => one.connection === connection)?.hello?.environment.tier;
  const [also, setAlso] = useState<ReadonlySet<ConnectionId>>(new Set());
  const [typed, setTyped] = useState('');
  const [results, setResults] = useState<readonly PublishResult[] | null>(null);
  const { busy, problem, run } = useTask();
  const difference = compareRules(current.rules, editing.rules);
  const moved = [...difference.added, ...difference.changed];
  const enforced = moved.filter(({ mode }) => mode === 'enforce');
  const targets = [current, ...others.filter(({ connection }) => also.has(connection))];
  const production = targets.filter(({ connection }) => tierOf(connection) === 'production');
  const asked = enforced.length > 0 && production.length > 0 ? nameOf(production[0]?.connection ?? '') : null;
  const may = asked === null || typed.trim() === asked;
  const publish = () =>
    void run(async () => {
      const answers = await publishRules(publishItems(editing, targets, moved));
      published();
      setResults(answers);
      if (answers.every(({ is }) => is === 'published')) onClose();
    });
  const where = targets.length === 1 ? nameOf(current.connection) : counted(targets.length, 'environment');
  return (
    <Dialog open maxWidth="sm" aria-labelledby="publish-title" onClose={busy ? undefined : onClose}>
      <DialogTitle id="publish-title">{`Publish rules to ${where}`}</DialogTitle>
      <DialogContent sx={{ display: 'grid', gap: 3 }}>
        <Differences difference={difference} />
        {enforced.length === 0 ? null : <Reaches targets={targets} rules={enforced} />}
        {others.length === 0 || moved.length === 0 ? null : (
          <Box role="group" aria-label="The same rules also to">
            <Box sx={{ color: 'text.secondary' }}>The same rules also to</Box>
            {others.map(({ connection }) => (
              <FormControlLabel
                key={connection}
                sx={{ display: 'flex' }}
                control={
                  <Checkbox
                    checked={also.has(connection)}
                    onChange={(_event, checked) => {
                      const next = new Set(also);
                      if (checked) next.add(connection);
                      else next.delete(connection);
                      setAlso(next);
                    }}
                  />
                }
                label={<EnvironmentTag connection={connection} tier="shown" />}
              />
            ))}
          </Box>
        )}
        {asked === null ? null : (
          <TextField
            label={`This enforces in production. Type ${asked} to confirm`}
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
        {problem === null ? null : <ProblemBox problem={problem} />}
        {(results ?? []).map((result) => (
          <Result key={result.connection} result={result} name={nameOf(result.connection)} />
        ))}
      </DialogContent>
      <DialogActions>
        <Button disabled={busy} onClick={onClose}>
          {results === null ? 'Cancel' : 'Close'}
        </Button>
        {results === null ? (
          <Button
            variant="contained"
            color={enforced.length > 0 ? 'error' : 'primary'}
            disabled={busy || !may}
            onClick={publish}
          >
            {enforced.length > 0 ? `Publish and enforce in ${where}` : `Publish to ${where}`}
          </Button>
        ) : null}
      </DialogActions>
    </Dialog>
  );
}

function Result({ result, name }: { readonly result: PublishResult; readonly name: string }): ReactNode {
  if (result.is === 'refused') return <ProblemBox problem={result.problem} />;
  const text =
    result.is === 'published'
      ? `${name}: in force as version ${String(result.version)}.`
      : `${name}: waits for a second person; it reaches ${counted(result.reach, 'session')} now.`;
  return <Box role="status">{text}</Box>;
}
