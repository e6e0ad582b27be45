import TextField from '@mui/material/TextField';
import type { ReactNode } from 'react';

/** Why a setting is changed: kept in its history. */
export function WhyField(props: {
  readonly note: string;
  readonly onNote: (note: string) => void;
}): ReactNode {
  return (
    <TextField
      label="Why"
      value={props.note}
      placeholder="For the history of the settings"
      onChange={(event) => {
        props.onNote(event.target.value);
      }}
    />
  );
}
