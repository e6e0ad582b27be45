import TextField from '@mui/material/TextField';
import { useEffect, useState, type ReactNode } from 'react';

const PATIENCE_MS = 200;

/** A search field that asks when the typing pauses; `/` puts the focus here, Escape empties it. */
export function SearchField(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): ReactNode {
  const { label, value, onChange } = props;
  const [text, setText] = useState(value);
  useEffect(() => {
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = window.setTimeout(() => {
      onChange(text);
    }, PATIENCE_MS);
    return () => {
      window.clearTimeout(timer);
    };
    // Only what is typed starts the wait.
  }, [text]);
  return (
    <TextField
      type="search"
      placeholder={label}
      value={text}
      fullWidth={false}
      sx={{ flex: '0 1 20rem' }}
      slotProps={{ htmlInput: { 'aria-label': label, 'data-search-field': '', maxLength: 256 } }}
      onChange={(event) => {
        setText(event.target.value);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        if (text === '') (event.target as HTMLElement).blur();
        setText('');
      }}
    />
  );
}
