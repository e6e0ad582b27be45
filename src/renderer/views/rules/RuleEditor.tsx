import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import type { ReactNode } from 'react';
import type { AccountId } from '#shared/domain/ids.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import { ruleProblems, ruleWarnings } from '#shared/rules/validate.ts';
import { Choice } from '../../components/Choice.tsx';
import { Part } from '../../components/Part.tsx';
import { KindFields } from './KindFields.tsx';
import { NumberField } from './LengthField.tsx';
import { ListField } from './ListField.tsx';
import { MODE_EXPLAINED, MODES } from './mode-words.ts';
import { Sentence } from './Sentence.tsx';

const fields = {
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fill, minmax(14rem, 1fr))',
  columnGap: 3,
  rowGap: 4,
  alignItems: 'start',
  pt: 1.5,
} as const;

/** Everything of one rule, read back above as a sentence while it is written. */
export function RuleEditor(props: {
  readonly rule: Rule;
  readonly environment: string;
  readonly capabilities: readonly string[];
  readonly lists: readonly string[];
  readonly disabled: boolean;
  readonly onChange: (rule: Rule) => void;
  readonly onRemove: () => void;
}): ReactNode {
  const { rule, environment, capabilities, lists, onChange, disabled } = props;
  const problems = ruleProblems([rule], { lists });
  const problem = (path: string) =>
    problems.find((one) => one.path.replace(/^rules\.0\.?/, '').split('.')[0] === path)?.message;
  const general = problems.find((one) => one.path === 'rules.0')?.message;
  return (
    <Box component="fieldset" disabled={disabled} sx={{ border: 0, m: 0, p: 0, minWidth: 0 }}>
      <Box sx={{ px: 4, py: 3, typography: 'h2', fontWeight: 400 }} data-testid="sentence">
        <Sentence rule={rule} environment={environment} />
      </Box>
      {[...(general === undefined ? [] : [general]), ...ruleWarnings(rule, capabilities)].map((text) => (
        <Box key={text} role="note" sx={{ px: 4, pb: 2, display: 'flex', gap: 2, color: 'text.secondary' }}>
          <span aria-hidden="true">⚠</span>
          {text}
        </Box>
      ))}
      <Part
        title="Rule"
        aside={
          <Button color="error" onClick={props.onRemove}>
            Remove rule
          </Button>
        }
      >
        <Box sx={fields}>
          <TextField
            label="Name"
            value={rule.name}
            error={rule.name.trim() === ''}
            helperText={
              rule.name.trim() === '' ? 'A name, so that the audit can say which rule it was' : undefined
            }
            onChange={(event) => onChange({ ...rule, name: event.target.value })}
          />
          <Choice
            label="How far it goes"
            value={rule.mode}
            options={MODES}
            onChange={(mode) => onChange({ ...rule, mode })}
          />
          <KindFields key={rule.id} rule={rule} lists={lists} problem={problem} onChange={onChange} />
        </Box>
        <Box sx={{ pt: 2, typography: 'caption', color: 'text.secondary' }}>{MODE_EXPLAINED[rule.mode]}</Box>
      </Part>
      <Part title="Whom">
        <Whom key={rule.id} rule={rule} problem={problem('appliesTo')} onChange={onChange} />
      </Part>
      <Part title="Brake">
        <Box sx={fields}>
          <NumberField
            key={`${rule.id} minute`}
            label="Sessions a minute, at most"
            value={rule.brake.perMinute}
            least={1}
            onChange={(perMinute) => onChange({ ...rule, brake: { ...rule.brake, perMinute } })}
          />
          <NumberField
            key={`${rule.id} percent`}
            label="Percent of live sessions, at most"
            value={rule.brake.percent}
            least={0}
            most={100}
            onChange={(percent) => onChange({ ...rule, brake: { ...rule.brake, percent } })}
          />
        </Box>
        <Box sx={{ pt: 2, typography: 'caption', color: 'text.secondary' }}>
          A rule that would end more within a minute ends nobody, stops, and asks for a decision.
        </Box>
      </Part>
    </Box>
  );
}

type Applies = NonNullable<Rule['appliesTo']>;

function Whom(props: {
  readonly rule: Rule;
  readonly problem: string | undefined;
  readonly onChange: (rule: Rule) => void;
}): ReactNode {
  const { rule, onChange, problem } = props;
  const applies = rule.appliesTo ?? {};
  const set = (part: keyof Applies, value: readonly string[] | undefined) => {
    const { [part]: _before, ...rest } = applies;
    const next = (value === undefined ? rest : { ...rest, [part]: value as AccountId[] }) as Applies;
    const { appliesTo: _all, ...others } = rule;
    onChange(Object.keys(next).length === 0 ? others : { ...others, appliesTo: next });
  };
  return (
    <Box sx={fields}>
      <ListField
        label="People with a role"
        hint="everyone"
        value={applies.roles}
        onChange={(value) => set('roles', value)}
      />
      <ListField
        label="Accounts (id or name)"
        value={applies.accounts}
        onChange={(value) => set('accounts', value)}
      />
      <ListField
        label="Not people with a role"
        value={applies.exceptRoles}
        problem={problem}
        onChange={(value) => set('exceptRoles', value)}
      />
      <ListField
        label="Not these accounts"
        value={applies.exceptAccounts}
        problem={problem}
        onChange={(value) => set('exceptAccounts', value)}
      />
    </Box>
  );
}
