import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import type { IdentityRules } from '#shared/ipc/people-views.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { FileButton } from '../../components/FileButton.tsx';
import { Heading } from '../../components/Heading.tsx';
import { Part } from '../../components/Part.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { counted } from '../../format/words.ts';
import { Asked } from '../../parts/Asked.tsx';
import { PersonLink } from '../../parts/Links.tsx';
import { TimeOfDay } from '../../parts/TimeText.tsx';
import { importMappingFile, setIdentityRules, undoIdentity } from '../../store/identity-actions.ts';
import { goTo } from '../../store/route-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { useTask } from '../../store/use-task.ts';

/** Rules that join accounts of the same name or e-mail address. */
function RulesForm(props: { readonly rules: IdentityRules; readonly changed: () => void }): ReactNode {
  const { rules, changed } = props;
  const [names, setNames] = useState(rules.commonNames.join(', '));
  const task = useTask();
  const save = (next: Partial<Pick<IdentityRules, 'email' | 'name' | 'commonNames'>>) => {
    void task.run(async () => {
      await setIdentityRules({ ...rules, ...next });
      changed();
    });
  };
  const typed = names
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
  return (
    <Box sx={{ display: 'grid', gap: 2, maxWidth: '40rem', justifyItems: 'start' }}>
      {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      <FormControlLabel
        control={
          <Switch
            checked={rules.email}
            disabled={task.busy}
            onChange={(_event, email) => {
              save({ email });
            }}
          />
        }
        label="Accounts with the same e-mail address are one person"
      />
      <FormControlLabel
        control={
          <Switch
            checked={rules.name}
            disabled={task.busy}
            onChange={(_event, name) => {
              save({ name });
            }}
          />
        }
        label="Accounts with the same name are one person"
      />
      <TextField
        multiline
        label="Names that say nothing about who it is"
        helperText="Separated by commas. Service accounts, and names or addresses that over fifty accounts share, never join anybody."
        value={names}
        onChange={(event) => {
          setNames(event.target.value);
        }}
      />
      <Button
        disabled={task.busy || typed.join() === rules.commonNames.join()}
        onClick={() => {
          save({ commonNames: typed });
        }}
      >
        Save names
      </Button>
    </Box>
  );
}

/** A file that says which accounts are whose. */
function Mapping(props: { readonly mapped: number; readonly changed: () => void }): ReactNode {
  const task = useTask();
  const [problems, setProblems] = useState<
    readonly { readonly line: number; readonly message: string }[] | null
  >(null);
  const take = (file: File | undefined) => {
    if (file === undefined) return;
    void task.run(async () => {
      setProblems(await importMappingFile(file));
      props.changed();
    });
  };
  return (
    <Box sx={{ display: 'grid', gap: 2, justifyItems: 'start' }}>
      {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      <Box sx={{ color: 'text.secondary' }}>
        {`A CSV file with the columns environment, account, person; the account by its name or its id. ${counted(props.mapped, 'account')} mapped. A new file replaces the old one.`}
      </Box>
      <FileButton
        label="Mapping file"
        accept=".csv,text/csv"
        disabled={task.busy}
        onFiles={([file]) => {
          take(file);
        }}
      >
        Choose a file…
      </FileButton>
      {problems === null ? null : problems.length === 0 ? (
        <Box role="status">Every line was taken.</Box>
      ) : (
        <Box role="alert">
          {`${counted(problems.length, 'line')} could not be used, the others were taken:`}
          <Box component="ul" sx={{ my: 1, pl: 5 }}>
            {problems.map(({ line, message }) => (
              <li key={line}>{`Line ${String(line)}: ${message}`}</li>
            ))}
          </Box>
        </Box>
      )}
    </Box>
  );
}

function Decisions(): ReactNode {
  const answer = useEngineQuery('identities.decisions', {});
  const task = useTask();
  if (answer.is !== 'ready') return <Asked answer={answer} what="decisions" />;
  if (answer.value.length === 0) {
    return (
      <EmptyState title="Nothing decided by hand yet">
        Open a person to join another account with them, or to say that an account is somebody else’s.
      </EmptyState>
    );
  }
  return (
    <>
      {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      <Table>
        <TableHead heads={['When', 'Decision', 'By', 'State']} />
        <tbody>
          {answer.value.map((one) => (
            <tr key={one.key}>
              <td className="name">
                <TimeOfDay at={one.at} />
              </td>
              <td>
                {one.accounts.map((account, index) => (
                  <span key={`${account.connection} ${account.id}`}>
                    {index === 0 ? null : ' is the same person as '}
                    <PersonLink at={account} name={account.name} />
                  </span>
                ))}
                {one.kind === 'separate' ? ' stands alone' : null}
              </td>
              <td>{one.by === '' ? 'operator' : one.by}</td>
              <td>
                {one.undoneAt === null ? (
                  <Button
                    variant="text"
                    sx={{ py: 0 }}
                    disabled={task.busy}
                    onClick={() => {
                      void task.run(async () => {
                        await undoIdentity(one.key);
                        answer.again();
                      });
                    }}
                  >
                    Take back
                  </Button>
                ) : (
                  <>
                    taken back <TimeOfDay at={one.undoneAt} />
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  );
}

/** Who is who: what joins accounts into people, and what was decided by hand. */
export function IdentitiesPage(): ReactNode {
  const rules = useEngineQuery('identities.rules', {});
  return (
    <Box sx={{ flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' }}>
      <Heading
        title="Who is who"
        actions={
          <Button
            onClick={() => {
              goTo('people');
            }}
          >
            Back to people
          </Button>
        }
      />
      <Box
        tabIndex={0}
        role="region"
        aria-label="Who is who"
        sx={{ flex: 1, minHeight: 0, overflow: 'auto', bgcolor: 'background.paper' }}
      >
        <Asked answer={rules} what="the rules" />
        {rules.is === 'ready' ? (
          <>
            <Part title="Rules">
              <RulesForm key={rules.value.commonNames.join()} rules={rules.value} changed={rules.again} />
            </Part>
            <Part title="Mapping">
              <Mapping mapped={rules.value.mapped} changed={rules.again} />
            </Part>
          </>
        ) : null}
        <Part title="Decided by hand">
          <Decisions />
        </Part>
      </Box>
    </Box>
  );
}
