import TextField from '@mui/material/TextField';
import { useEffect, useRef, useState, type ReactNode } from 'react';

const PATIENCE_MS = 200;

/** A search field that asks when the typing pauses; `/` puts the focus here, Escape empties it. */
export function SearchField(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): ReactNode {
  const { label, value, onChange } = props;
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  if (value !== known) {
    // Changed from elsewhere: a chip was removed, the palette searched.
    setKnown(value);
    setText(value);
  }
  const timer = useRef<number | undefined>(undefined);
  useEffect(
    () => () => {
      window.clearTimeout(timer.current);
    },
    [],
  );
  const type = (next: string) => {
    setText(next);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      onChange(next);
    }, PATIENCE_MS);
  };
  return (
    <TextField
      type="search"
      placeholder={label}
      value={text}
      fullWidth={false}
      sx={{ flex: '1 1 9rem', maxWidth: '20rem' }}
      slotProps={{ htmlInput: { 'aria-label': label, 'data-search-field': '', maxLength: 256 } }}
      onChange={(event) => {
        type(event.target.value);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        if (text === '') (event.target as HTMLElement).blur();
        type('');
      }}
    />
  );
}
