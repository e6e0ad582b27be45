import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import Popover from '@mui/material/Popover';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import { fieldOf, instantOf } from '../../format/time-field.ts';
import { useFromClock } from '../../store/clock.ts';
import { useSettings } from '../../store/settings-store.ts';
import { goLive, goTo, pause, play, SPEEDS, timeNow, useTime } from '../../store/time-store.ts';
import { SPANS, type Span } from './time-bars.ts';

const small = { py: 0.25, px: 1.5, typography: 'caption' } as const;

function GoToTime({ onClose }: { readonly onClose: () => void }): ReactNode {
  const zone = useSettings((state) => state.settings.timeZone);
  const [text, setText] = useState(() => {
    const time = timeNow();
    return fieldOf(time.is === 'live' ? Date.now() : time.at, zone);
  });
  const at = instantOf(text, zone);
  const future = useFromClock((now) => at !== null && at > now);
  return (
    <Box
      component="form"
      sx={{ p: 3, display: 'flex', gap: 2, alignItems: 'flex-start' }}
      onSubmit={(event) => {
        event.preventDefault();
        if (at === null || future) return;
        goTo(at);
        onClose();
      }}
    >
      <TextField
        type="datetime-local"
        autoFocus
        label={zone === 'utc' ? 'Time, UTC' : 'Time, local'}
        value={text}
        error={at === null || future}
        helperText={
          at === null ? 'Enter day and time' : future ? 'That lies ahead' : 'Show who was signed in then'
        }
        slotProps={{ htmlInput: { step: 1 } }}
        onChange={(event) => {
          setText(event.target.value);
        }}
      />
      <Button type="submit" variant="contained" color="primary" disabled={at === null || future}>
        Go
      </Button>
    </Box>
  );
}

/** Reach of the bar, going to an instant, playing. */
export function TimeControls(props: {
  readonly span: Span;
  readonly onSpan: (span: Span) => void;
}): ReactNode {
  const time = useTime((state) => state.time);
  const speed = time.is === 'playing' ? time.speed : 60;
  const [chosen, setChosen] = useState<number>(60);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <Box sx={{ flex: 'none', display: 'grid', gap: 1, alignContent: 'start', justifyItems: 'end' }}>
      <Box role="group" aria-label="Reach of the time bar" sx={{ display: 'flex', gap: 0.5 }}>
        {SPANS.map((span) => (
          <Button
            key={span.key}
            variant="text"
            aria-pressed={span.key === props.span.key}
            onClick={() => {
              props.onSpan(span);
            }}
            sx={{
              ...small,
              px: 1,
              whiteSpace: 'nowrap',
              color: span.key === props.span.key ? 'text.primary' : 'text.secondary',
              bgcolor: span.key === props.span.key ? 'surface.selected' : 'transparent',
            }}
          >
            {span.name}
          </Button>
        ))}
      </Box>
      <Box sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
        <Button
          aria-haspopup="dialog"
          sx={small}
          onClick={(event) => {
            setAnchor(event.currentTarget);
          }}
        >
          Go to…
        </Button>
        {time.is === 'live' ? null : (
          <>
            <TextField
              select
              fullWidth={false}
              value={String(time.is === 'playing' ? speed : chosen)}
              slotProps={{ select: { SelectDisplayProps: { 'aria-label': 'Speed' }, sx: small } }}
              onChange={(event) => {
                setChosen(Number(event.target.value));
                if (time.is === 'playing') play(Number(event.target.value));
              }}
            >
              {SPEEDS.map((one) => (
                <MenuItem key={one} value={String(one)}>{`${String(one)} ×`}</MenuItem>
              ))}
            </TextField>
            <Button
              sx={small}
              onClick={() => {
                if (time.is === 'playing') pause();
                else play(chosen);
              }}
            >
              {time.is === 'playing' ? 'Pause' : 'Play'}
            </Button>
            <Button
              sx={small}
              color="primary"
              variant="contained"
              aria-keyshortcuts="Escape"
              onClick={goLive}
            >
              Live
            </Button>
          </>
        )}
      </Box>
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        transitionDuration={0}
        anchorOrigin={{ vertical: 'top', horizontal: 'right' }}
        transformOrigin={{ vertical: 'bottom', horizontal: 'right' }}
        onClose={() => {
          setAnchor(null);
        }}
        slotProps={{ paper: { role: 'dialog', 'aria-label': 'Go to a time' } }}
      >
        <GoToTime
          onClose={() => {
            setAnchor(null);
          }}
        />
      </Popover>
    </Box>
  );
}
