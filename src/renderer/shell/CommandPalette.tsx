import Box from '@mui/material/Box';
import Dialog from '@mui/material/Dialog';
import { Command } from 'cmdk';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { showOver, useShell } from '../store/shell-store.ts';
import { exactTime } from '../format/time.ts';
import { settingsNow } from '../store/settings-store.ts';
import { commandsNow } from './commands.ts';
import { findsFor } from './find-commands.ts';
import { paletteStyles } from './palette-styles.ts';

const GROUPS = ['Go to', 'Do', 'Look'] as const;

function Palette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [text, setText] = useState('');
  const commands = useMemo(() => commandsNow(), []);
  const [opened] = useState(() => Date.now());
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // After the dialog has taken the focus for itself.
    const frame = requestAnimationFrame(() => input.current?.focus());
    return () => {
      cancelAnimationFrame(frame);
    };
  }, []);
  const run = (act: () => void) => () => {
    onClose();
    act();
  };
  const { timeZone } = settingsNow();
  const finds = findsFor(text, {
    now: opened,
    zone: timeZone,
    shown: (at) => exactTime(at, timeZone),
  });
  return (
    <Command label="Search and commands" loop>
      <Command.Input value={text} onValueChange={setText} placeholder="Go to, find, do…" ref={input} />
      <Command.List label="Commands">
        <Command.Empty>Nothing is called that.</Command.Empty>
        {GROUPS.map((group) => (
          <Command.Group key={group} heading={group}>
            {commands
              .filter((command) => command.group === group)
              .map((command) => (
                <Command.Item
                  key={command.name}
                  value={`${group} ${command.name}`}
                  onSelect={run(command.run)}
                >
                  {command.name}
                </Command.Item>
              ))}
          </Command.Group>
        ))}
        {finds.length === 0 ? null : (
          <Command.Group heading="Find" forceMount>
            {finds.map((one) => (
              <Command.Item key={one.name} forceMount value={`find ${one.name}`} onSelect={run(one.run)}>
                {one.name}
              </Command.Item>
            ))}
          </Command.Group>
        )}
      </Command.List>
    </Command>
  );
}

/** Everything by name. cmdk stands inside MUI's dialog, because its own dialog needs inline styles. */
export function CommandPalette(): ReactNode {
  const open = useShell((state) => state.over === 'palette');
  const close = () => {
    showOver('nothing');
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      maxWidth="sm"
      aria-label="Search and commands"
      sx={{ '& .MuiDialog-container': { alignItems: 'flex-start', pt: '8vh' } }}
    >
      <Box sx={paletteStyles}>{open ? <Palette onClose={close} /> : null}</Box>
    </Dialog>
  );
}
