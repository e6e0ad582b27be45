import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';

const parse = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(/[,\n]/)
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
];

/** Words separated by commas; empty is “none given”. What is typed stays as it is typed. */
export function ListField(props: {
  readonly label: string;
  readonly value: readonly string[] | undefined;
  readonly onChange: (value: readonly string[] | undefined) => void;
  readonly hint?: string;
  readonly problem?: string | undefined;
}): ReactNode {
  const { label, value, onChange, hint, problem } = props;
  const shown = (value ?? []).join(', ');
  const [text, setText] = useState(shown);
  const same = parse(text).join(', ') === shown;
  return (
    <TextField
      label={label}
      value={same ? text : shown}
      placeholder={hint}
      error={problem !== undefined}
      helperText={problem}
      onChange={(event) => {
        setText(event.target.value);
        const next = parse(event.target.value);
        onChange(next.length === 0 ? undefined : next);
      }}
    />
  );
}
