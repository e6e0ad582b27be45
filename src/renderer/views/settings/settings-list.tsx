import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import type { Settings } from '#shared/ipc/main-contract.ts';
import { Choice } from '../../components/Choice.tsx';
import { zoneName } from '../../format/time.ts';
import { changeSettings, useSettings } from '../../store/settings-store.ts';

type Control = (props: { readonly label: string }) => ReactNode;

export interface SettingEntry {
  readonly name: string;
  readonly what: string;
  readonly Control: Control;
}

/** Whether a setting has every word of the search in its name or explanation. */
export function settingFits(setting: Pick<SettingEntry, 'name' | 'what'>, text: string): boolean {
  const facts = `${setting.name} ${setting.what}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => facts.includes(word));
}

type WordSetting = {
  [Key in keyof Settings]: Settings[Key] extends string ? Key : never;
}[keyof Settings];
type Flag = { [Key in keyof Settings]: Settings[Key] extends boolean ? Key : never }[keyof Settings];

/** One of a few words. */
const choiceOf = <Key extends WordSetting>(
  key: Key,
  options: readonly (readonly [Settings[Key], string])[],
): Control =>
  function ChoiceOf({ label }) {
    const value = useSettings((state) => state.settings[key]);
    return (
      <Choice
        quiet
        label={label}
        value={value}
        options={options}
        onChange={(next) => void changeSettings({ [key]: next })}
      />
    );
  };

/** On or off. */
const switchOf = (key: Flag): Control =>
  function SwitchOf({ label }) {
    const value = useSettings((state) => state.settings[key]);
    return (
      <Switch
        checked={value}
        slotProps={{ input: { 'aria-label': label } }}
        onChange={(_event, next) => void changeSettings({ [key]: next })}
      />
    );
  };

const ZOOMS = ['0.8', '0.9', '1', '1.1', '1.25', '1.5', '1.75', '2'] as const;
type Zoom = (typeof ZOOMS)[number];
const isZoom = (text: string): text is Zoom => (ZOOMS as readonly string[]).includes(text);

const Zoom: Control = ({ label }) => {
  const value = String(useSettings((state) => state.settings.zoom));
  return (
    <Choice
      quiet
      label={label}
      value={isZoom(value) ? value : '1'}
      options={ZOOMS.map((zoom) => [zoom, `${String(Math.round(Number(zoom) * 100))} %`] as const)}
      onChange={(zoom) => void changeSettings({ zoom: Number(zoom) })}
    />
  );
};

function NameField(props: { readonly label: string; readonly value: string }): ReactNode {
  const [text, setText] = useState(props.value);
  return (
    <TextField
      fullWidth={false}
      value={text}
      placeholder="Your name"
      slotProps={{ htmlInput: { 'aria-label': props.label, maxLength: 256 } }}
      onChange={(event) => {
        setText(event.target.value);
      }}
      onBlur={() => {
        if (text !== props.value) void changeSettings({ operatorName: text.trim() });
      }}
    />
  );
}

const OperatorName: Control = ({ label }) => {
  const value = useSettings((state) => state.settings.operatorName);
  return <NameField key={value} label={label} value={value} />;
};

export const SETTINGS: readonly SettingEntry[] = [
  {
    name: 'Theme',
    what: 'Dark, light, or as the system is set.',
    Control: choiceOf('theme', [
      ['system', 'As the system'],
      ['dark', 'Dark'],
      ['light', 'Light'],
    ]),
  },
  {
    name: 'Density',
    what: 'How tall the rows of lists and tables are.',
    Control: choiceOf('density', [
      ['compact', 'Compact'],
      ['comfortable', 'Comfortable'],
    ]),
  },
  {
    name: 'Time zone',
    what: 'In which zone times are written. The exact time in both zones is shown on hovering.',
    Control: choiceOf('timeZone', [
      ['local', `Local (${zoneName('local')})`],
      ['utc', 'UTC'],
    ]),
  },
  { name: 'Zoom', what: 'Size of everything in the window, text included.', Control: Zoom },
  {
    name: 'Mask addresses',
    what: 'Privacy: hides the personal half of every address until it is asked for in a session.',
    Control: switchOf('maskAddresses'),
  },
  {
    name: 'Announce detections',
    what: 'Which new detections are read out by a screen reader as they arrive.',
    Control: choiceOf('announceDetections', [
      ['all', 'All'],
      ['high', 'High and critical'],
      ['none', 'None'],
    ]),
  },
  {
    name: 'Your name',
    what: 'Sent with every command, and written into the journal and the agent’s audit beside the token’s operator.',
    Control: OperatorName,
  },
  {
    name: 'Demo environments',
    what: 'Starts three demo agents with invented people together with the console.',
    Control: switchOf('demo'),
  },
];
