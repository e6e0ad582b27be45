import Box from '@mui/material/Box';
import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import type { Settings } from '#shared/ipc/main-contract.ts';
import { useApp } from '../../store/app-store.ts';
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

const NotifyEnvironments: Control = ({ label }) => {
  const named = useSettings((state) => state.settings.notifyConnections);
  const environments = useApp((state) => state.environments) ?? [];
  const all = environments.map(({ connection }) => connection as string);
  const on = (connection: string) => named.length === 0 || named.includes(connection);
  const toggle = (connection: string) => {
    const next = all.filter((one) => (one === connection ? !on(one) : on(one)));
    // None named means all; nobody is told of none by choosing no severity.
    if (next.length > 0) {
      void changeSettings({ notifyConnections: next.length === all.length ? [] : next });
    }
  };
  return (
    <Box role="group" aria-label={label} sx={{ display: 'flex', flexWrap: 'wrap', gap: 3 }}>
      {environments.map(({ connection, name }) => (
        <Box component="label" key={connection} sx={{ display: 'flex', alignItems: 'center', gap: 1.5 }}>
          <input
            type="checkbox"
            checked={on(connection)}
            onChange={() => {
              toggle(connection);
            }}
          />
          {name}
        </Box>
      ))}
    </Box>
  );
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
    name: 'Times',
    what: 'Whether the last activity is written as how long ago it was or as the time of day, relative or absolute.',
    Control: choiceOf('times', [
      ['relative', 'How long ago'],
      ['absolute', 'Time of day'],
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
    name: 'Notifications of the system',
    what: 'From which severity on the desktop tells of new detections; a click opens the detection.',
    Control: choiceOf('notifyDetections', [
      ['none', 'None'],
      ['low', 'Low and worse'],
      ['medium', 'Medium and worse'],
      ['high', 'High and critical'],
      ['critical', 'Critical only'],
    ]),
  },
  {
    name: 'Environments that notify',
    what: 'Of which environments the desktop tells; the others are silent.',
    Control: NotifyEnvironments,
  },
  {
    name: 'Number on the icon',
    what: 'Badge: the number of open detections on the program’s icon, where the system shows one.',
    Control: switchOf('badge'),
  },
  {
    name: 'Icon beside the clock',
    what: 'Tray: Watchfloor goes on watching and notifying when its last window is closed.',
    Control: switchOf('tray'),
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
