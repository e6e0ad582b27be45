import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import type { ReactNode } from 'react';
import { assertNever } from '#shared/domain/assert-never.ts';
import { durationMs } from '#shared/domain/lengths.ts';
import { DEVICE_CLASSES } from '#shared/domain/device-classes.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import { Choice } from '../../components/Choice.tsx';
import { HoursFields } from './HoursFields.tsx';
import { LengthField, NumberField } from './LengthField.tsx';
import { ListField } from './ListField.tsx';

const UNKNOWN = [
  ['allow', 'What is unknown is let be'],
  ['deny', 'What is unknown ends'],
] as const;
/** Without an undefined member: a rule leaves out what it does not say. */
const put = <T extends object>(rule: T, key: string, value: unknown): T => {
  const { [key]: _before, ...rest } = rule as Record<string, unknown>;
  return (value === undefined ? rest : { ...rest, [key]: value }) as T;
};
type DeviceClass = (typeof DEVICE_CLASSES)[number];
const classes = (list: readonly string[] | undefined): DeviceClass[] | undefined => {
  const known = (list ?? []).filter((text): text is DeviceClass =>
    (DEVICE_CLASSES as readonly string[]).includes(text),
  );
  return known.length === 0 ? undefined : known;
};

/** The part of the editor that belongs to the kind of rule. */
export function KindFields(props: {
  readonly rule: Rule;
  readonly lists: readonly string[];
  readonly problem: (path: string) => string | undefined;
  readonly onChange: (rule: Rule) => void;
}): ReactNode {
  const { rule, onChange, problem, lists } = props;
  switch (rule.kind) {
    case 'concurrency':
      return (
        <>
          <NumberField
            label="Sessions allowed"
            value={rule.max}
            least={1}
            onChange={(max) => onChange({ ...rule, max })}
          />
          <Choice
            label="Counted"
            value={rule.per}
            options={[
              ['account', 'per person'],
              ['device', 'per kind of device'],
            ]}
            onChange={(per) => onChange({ ...rule, per })}
          />
          <Choice
            label="Which ends"
            value={rule.end}
            options={[
              ['oldest', 'the oldest'],
              ['newest', 'the newest'],
              ['least-recently-seen', 'the one not seen for longest'],
            ]}
            onChange={(end) => onChange({ ...rule, end })}
          />
        </>
      );
    case 'idle':
    case 'lifetime':
      return (
        <LengthField
          key={rule.kind}
          label={rule.kind === 'idle' ? 'Idle for' : 'After signing in'}
          ms={rule.afterMs}
          onChange={(afterMs) => onChange({ ...rule, afterMs })}
        />
      );
    case 'network':
      return (
        <>
          <ListField
            label="Allowed networks"
            hint="192.0.2.0/24, 2001:db8::/32"
            value={rule.allow}
            problem={problem('allow')}
            onChange={(allow) => onChange(put(rule, 'allow', allow))}
          />
          <ListField
            label="Denied networks"
            value={rule.deny}
            problem={problem('deny')}
            onChange={(deny) => onChange(put(rule, 'deny', deny))}
          />
          <ListField
            label="Lists of the agent"
            hint={lists.length === 0 ? 'this agent has none' : lists.join(', ')}
            value={rule.lists}
            problem={problem('lists')}
            onChange={(names) => onChange(put(rule, 'lists', names))}
          />
          <Choice
            label="Unknown address"
            value={rule.unknown}
            options={UNKNOWN}
            onChange={(unknown) => onChange({ ...rule, unknown })}
          />
        </>
      );
    case 'place':
      return (
        <>
          <ListField
            label="Allowed countries and regions"
            hint="DE, AT, US-California"
            value={rule.allow}
            problem={problem('allow')}
            onChange={(allow) => onChange(put(rule, 'allow', allow))}
          />
          <ListField
            label="Denied countries and regions"
            value={rule.deny}
            problem={problem('deny')}
            onChange={(deny) => onChange(put(rule, 'deny', deny))}
          />
          <Choice
            label="Unknown place"
            value={rule.unknown}
            options={UNKNOWN}
            onChange={(unknown) => onChange({ ...rule, unknown })}
          />
        </>
      );
    case 'device':
      return (
        <>
          <ListField
            label="Allowed kinds"
            hint={DEVICE_CLASSES.join(', ')}
            value={rule.allow}
            problem={problem('allow')}
            onChange={(allow) => onChange(put(rule, 'allow', classes(allow)))}
          />
          <ListField
            label="Denied kinds"
            hint={DEVICE_CLASSES.join(', ')}
            value={rule.deny}
            problem={problem('deny')}
            onChange={(deny) => onChange(put(rule, 'deny', classes(deny)))}
          />
          <Choice
            label="Unknown device"
            value={rule.unknown}
            options={UNKNOWN}
            onChange={(unknown) => onChange({ ...rule, unknown })}
          />
        </>
      );
    case 'hours':
      return (
        <Box sx={{ display: 'grid', gap: 3, gridColumn: '1 / -1' }}>
          <TextField
            label="Time zone"
            value={rule.timeZone}
            error={problem('timeZone') !== undefined}
            helperText={problem('timeZone')}
            onChange={(event) => onChange({ ...rule, timeZone: event.target.value })}
          />
          <HoursFields windows={rule.windows} onChange={(windows) => onChange({ ...rule, windows })} />
        </Box>
      );
    case 'credential-change':
      return (
        <Choice
          label="When a password changes"
          value={rule.keep}
          options={[
            ['changing-session', 'all but the session that changed it end'],
            ['none', 'all sessions end'],
          ]}
          onChange={(keep) => onChange({ ...rule, keep })}
        />
      );
    case 'failed-logins':
      return (
        <>
          <NumberField
            label="Failures allowed"
            value={rule.max}
            least={1}
            onChange={(max) => onChange({ ...rule, max })}
          />
          <LengthField
            label="Within"
            ms={rule.withinMs}
            onChange={(withinMs) => onChange({ ...rule, withinMs: durationMs(withinMs) })}
          />
          <Choice
            label="With one more"
            value={rule.then}
            options={[
              ['end-sessions', 'all sessions end'],
              ['hold', 'all end, new ones too for that time'],
              ['report', 'it is reported'],
            ]}
            onChange={(then) => onChange({ ...rule, then })}
          />
        </>
      );
    default:
      return assertNever(rule);
  }
}
