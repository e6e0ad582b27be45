import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import { DAY, HOUR, MINUTE } from '#shared/domain/lengths.ts';
import { Choice } from '../../components/Choice.tsx';

const UNITS = [
  ['minutes', MINUTE],
  ['hours', HOUR],
  ['days', DAY],
] as const;
type Unit = (typeof UNITS)[number][0];
const sizeOf = (unit: Unit) => UNITS.find(([name]) => name === unit)?.[1] ?? MINUTE;
const unitOf = (ms: number): Unit =>
  [...UNITS].reverse().find(([, size]) => ms % size === 0)?.[0] ?? 'minutes';

/** A length of time as a number and a unit; at least one minute. */
export function LengthField(props: {
  readonly label: string;
  readonly ms: number;
  readonly onChange: (ms: number) => void;
}): ReactNode {
  const { label, ms, onChange } = props;
  const [unit, setUnit] = useState<Unit>(unitOf(ms));
  const amount = ms / sizeOf(unit);
  return (
    <Box sx={{ display: 'flex', gap: 2 }}>
      <NumberField
        label={label}
        value={Math.max(1, Math.round(amount))}
        least={1}
        onChange={(value) => {
          onChange(value * sizeOf(unit));
        }}
      />
      <Choice
        quiet
        label={`Unit of ${label}`}
        value={unit}
        options={UNITS.map(([name]) => [name, name] as const)}
        onChange={(next) => {
          setUnit(next);
          onChange(Math.max(1, Math.round(amount)) * sizeOf(next));
        }}
      />
    </Box>
  );
}

/** A whole number; what is not one is not taken over. */
export function NumberField(props: {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most?: number;
  readonly onChange: (value: number) => void;
}): ReactNode {
  const { label, value, least, most = 1_000_000, onChange } = props;
  const [text, setText] = useState(String(value));
  const good = /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
  return (
    <TextField
      label={label}
      value={good && Number(text) !== value ? String(value) : text}
      error={!good}
      helperText={good ? undefined : `A whole number from ${String(least)}`}
      slotProps={{ htmlInput: { inputMode: 'numeric' } }}
      onChange={(event) => {
        const next = event.target.value;
        setText(next);
        if (/^\d+$/.test(next) && Number(next) >= least && Number(next) <= most) onChange(Number(next));
      }}
    />
  );
}
