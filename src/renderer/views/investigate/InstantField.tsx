import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import { fromField, toField } from '../../format/instant.ts';
import { zoneName } from '../../format/time.ts';
import { useSettings } from '../../store/settings-store.ts';

/** An instant to the second, in the chosen zone. */
export function InstantField(props: {
  readonly label: string;
  readonly value: number;
  readonly onChange: (at: number) => void;
}): ReactNode {
  const { label, value, onChange } = props;
  const zone = useSettings((state) => state.settings.timeZone);
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? toField(value, zone);
  const wrong = fromField(text, zone) === null;
  return (
    <TextField
      type="datetime-local"
      fullWidth={false}
      value={text}
      error={wrong}
      title={`In ${zoneName(zone)}`}
      slotProps={{ htmlInput: { 'aria-label': `${label}, ${zoneName(zone)}`, step: 1 } }}
      onChange={(event) => {
        setTyped(event.target.value);
        const at = fromField(event.target.value, zone);
        if (at !== null) onChange(at);
      }}
      onBlur={() => {
        setTyped(null);
      }}
    />
  );
}
