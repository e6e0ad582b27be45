import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState, type ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { saveDetectSettings, type SettingsJson } from '../../store/detect-settings.ts';
import { useTask } from '../../store/use-task.ts';
import { zoneName } from '../../format/time.ts';
import { SIZE } from '../../theme/size.ts';
import { AccountsField } from './AccountsField.tsx';
import { ALWAYS_ON, startOf, type About } from './common-settings.ts';
import {
  accountsOf,
  draftOf,
  fieldsOf,
  fieldText,
  settingOf,
  type Draft,
  type SettingField,
} from './setting-fields.ts';
import { WhyField } from './WhyField.tsx';

function Field(props: {
  readonly field: SettingField;
  readonly connection: ConnectionId | null;
  readonly value: string | boolean;
  readonly problem: string | null;
  readonly onChange: (value: string | boolean) => void;
}): ReactNode {
  const { field, value, problem, onChange } = props;
  if (field.kind === 'switch') {
    return (
      <FormControlLabel
        control={
          <Switch
            checked={value === true}
            onChange={(_, checked) => {
              onChange(checked);
            }}
          />
        }
        label={field.label}
      />
    );
  }
  if (field.kind === 'accounts') {
    return (
      <AccountsField
        label={field.label}
        connection={props.connection}
        ids={accountsOf(String(value))}
        onChange={(ids) => {
          onChange(JSON.stringify(ids));
        }}
      />
    );
  }
  return (
    <TextField
      label={field.label}
      value={String(value)}
      error={problem !== null}
      helperText={problem ?? `Usually ${fieldText(field.standard, field.kind) || 'empty'}`}
      multiline={field.kind === 'list'}
      slotProps={field.kind === 'number' ? { htmlInput: { inputMode: 'decimal' } } : {}}
      onChange={(event) => {
        onChange(event.target.value);
      }}
    />
  );
}

/** The settings of one detection. Nothing changes before it is saved, with a note. */
export function SettingForm(props: {
  readonly about: About;
  readonly connection: ConnectionId | null;
  readonly saved: SettingsJson;
  readonly effective: SettingsJson;
  readonly defaults: SettingsJson;
  /** Stands beside the form: gets what would be saved, null while it is wrong. */
  readonly beside: (next: SettingsJson | null, changed: boolean) => ReactNode;
}): ReactNode {
  const { about, connection, saved, effective, defaults, beside } = props;
  const { setting } = about;
  const standard = defaults[setting] ?? startOf(setting, zoneName('local'));
  const fields = fieldsOf(standard, effective[setting]);
  const [draft, setDraft] = useState<Draft>(() => draftOf(effective[setting], fields));
  const [note, setNote] = useState('');
  const task = useTask();
  const meant = settingOf(draft, fields);
  const before = settingOf(draftOf(effective[setting], fields), fields);
  const changed = meant.ok && JSON.stringify(meant) !== JSON.stringify(before);
  const next: SettingsJson | null = meant.ok ? { ...saved, [setting]: meant.value } : null;
  const form = (
    <Box
      component="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (next !== null) void task.run(() => saveDetectSettings(connection, next, note.trim()));
      }}
      sx={{ display: 'grid', gap: 3, maxWidth: SIZE.prose * 1.2 }}
    >
      <Box>
        <Typography variant="h1" component="h2">
          {about.title}
        </Typography>
        <Typography sx={{ mt: 1 }}>{about.logic}</Typography>
        <Typography sx={{ color: 'text.secondary', mt: 1 }}>
          {[
            about.sources === '' ? '' : `Numbers from: ${about.sources}.`,
            about.severity === '' ? '' : `Severity: ${about.severity}.`,
          ].join(' ')}
        </Typography>
      </Box>
      {ALWAYS_ON.has(setting) ? null : (
        <FormControlLabel
          control={
            <Switch
              checked={!draft.off}
              onChange={(_, on) => {
                setDraft(on ? draftOf(standard ?? {}, fields) : { off: true });
              }}
            />
          }
          label={draft.off ? 'Off' : 'On'}
        />
      )}
      {draft.off || fields.length === 0 ? null : (
        <Box
          sx={{
            display: 'grid',
            gap: 3,
            gridTemplateColumns: 'repeat(auto-fill, minmax(13rem, 1fr))',
            alignItems: 'start',
          }}
        >
          {fields.map((field) => (
            <Field
              key={field.name}
              field={field}
              connection={connection}
              value={draft.values[field.name] ?? ''}
              problem={!meant.ok && meant.field === field.name ? meant.problem : null}
              onChange={(value) => {
                setDraft({ off: false, values: { ...draft.values, [field.name]: value } });
              }}
            />
          ))}
        </Box>
      )}
      {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      <Box sx={{ display: 'flex', gap: 3, alignItems: 'flex-end' }}>
        <WhyField note={note} onNote={setNote} />
        <Button
          type="submit"
          variant="contained"
          color="primary"
          disabled={!changed || note.trim() === '' || task.busy}
          sx={{ whiteSpace: 'nowrap' }}
        >
          {connection === null ? 'Save for all' : 'Save for this one'}
        </Button>
      </Box>
    </Box>
  );
  return (
    <Box
      sx={{
        display: 'grid',
        gap: 5,
        gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 24rem), 1fr))',
        alignItems: 'start',
      }}
    >
      {form}
      {beside(next, changed)}
    </Box>
  );
}
