import Box from '@mui/material/Box';
import Dialog from '@mui/material/Dialog';
import { Command } from 'cmdk';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { showOver, useShell } from '../store/shell-store.ts';
import { exactTime } from '../format/time.ts';
import { settingsNow } from '../store/settings-store.ts';
import { commandsNow } from './commands.ts';
import { findsFor } from './find-commands.ts';
import { paletteList, type PaletteGroup } from './palette-list.ts';
import { paletteStyles } from './palette-styles.ts';

const valueOf = (group: PaletteGroup, name: string): string => `${group.heading} ${name}`;
const firstOf = ([group]: readonly PaletteGroup[]): string =>
  group?.items[0] === undefined ? '' : valueOf(group, group.items[0].name);

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
  const groupsFor = (typed: string): readonly PaletteGroup[] => {
    const { timeZone } = settingsNow();
    const shown = (at: number): string => exactTime(at, timeZone);
    return paletteList(typed, commands, findsFor(typed, { now: opened, zone: timeZone, shown }));
  };
  const groups = groupsFor(text);
  const [current, setCurrent] = useState(() => firstOf(groups));
  return (
    // cmdk would order what is drawn by itself, and forgets it when more comes: the list is ordered here.
    <Command label="Search and commands" loop shouldFilter={false} value={current} onValueChange={setCurrent}>
      <Command.Input
        value={text}
        onValueChange={(typed) => {
          setText(typed);
          setCurrent(firstOf(groupsFor(typed)));
        }}
        placeholder="Go to, find, do: a name, an address, “yesterday 03:10” …"
        ref={input}
      />
      <Command.List label="Commands">
        {groups.map((group) => (
          <Command.Group key={group.heading} heading={group.heading}>
            {group.items.map(({ name, run: act }) => (
              <Command.Item key={name} value={valueOf(group, name)} onSelect={run(act)}>
                {name}
              </Command.Item>
            ))}
          </Command.Group>
        ))}
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
