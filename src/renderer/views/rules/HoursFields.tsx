import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import type { ReactNode } from 'react';
import type { Rule } from '#shared/protocol/rules.ts';

type Windows = Extract<Rule, { kind: 'hours' }>['windows'];
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Windows of a week: days as switches, and from when to when by the clock on the wall. */
export function HoursFields(props: {
  readonly windows: Windows;
  readonly onChange: (windows: Windows) => void;
}): ReactNode {
  const { windows, onChange } = props;
  const change = (at: number, part: Partial<Windows[number]>) =>
    onChange(windows.map((window, index) => (index === at ? { ...window, ...part } : window)));
  return (
    <>
      {windows.map(({ days, from, to }, at) => (
        <Box key={at} sx={{ display: 'flex', gap: 2, alignItems: 'center', flexWrap: 'wrap' }}>
          <Box role="group" aria-label="Days" sx={{ display: 'flex', gap: 0.5 }}>
            {DAYS.map((name, index) => {
              const day = index + 1;
              const on = days.includes(day);
              return (
                <Button
                  key={name}
                  aria-pressed={on}
                  variant={on ? 'contained' : 'outlined'}
                  color={on ? 'primary' : 'inherit'}
                  sx={{ px: 1.5 }}
                  onClick={() => {
                    const next = on ? days.filter((other) => other !== day) : [...days, day].sort();
                    if (next.length > 0) change(at, { days: next });
                  }}
                >
                  {name}
                </Button>
              );
            })}
          </Box>
          {(['from', 'to'] as const).map((end) => (
            <TextField
              key={end}
              type="time"
              label={end === 'from' ? 'From' : 'To'}
              fullWidth={false}
              value={end === 'from' ? from : to}
              onChange={(event) => {
                if (event.target.value !== '') change(at, { [end]: event.target.value });
              }}
            />
          ))}
          {windows.length > 1 ? (
            <Button onClick={() => onChange(windows.filter((_one, index) => index !== at))}>Remove</Button>
          ) : null}
        </Box>
      ))}
      <Box>
        <Button onClick={() => onChange([...windows, { days: [6, 7], from: '09:00', to: '13:00' }])}>
          Add hours
        </Button>
      </Box>
    </>
  );
}
