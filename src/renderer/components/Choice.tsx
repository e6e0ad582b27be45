import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import type { ReactNode } from 'react';

/** One of a few, with its name above it or only for assistive technology. */
export function Choice<T extends string>(props: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
  readonly quiet?: boolean;
}): ReactNode {
  const { label, value, options, onChange, quiet = false } = props;
  return (
    <TextField
      select
      fullWidth={false}
      label={quiet ? undefined : label}
      value={value}
      slotProps={{ select: { displayEmpty: true, SelectDisplayProps: { 'aria-label': label } } }}
      onChange={(event) => {
        onChange(event.target.value as T);
      }}
    >
      {options.map(([option, name]) => (
        <MenuItem key={option} value={option}>
          {name}
        </MenuItem>
      ))}
    </TextField>
  );
}
