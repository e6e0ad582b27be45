import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useState, type ReactNode } from 'react';
import { counted } from '../../format/words.ts';
import { useApp } from '../../store/app-store.ts';
import { previewEnding } from '../../store/respond-store.ts';

/** Everybody's sessions, in one environment or in all where the token may. Always a preview first. */
export function EndEveryone(): ReactNode {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const environments = useApp((state) => state.environments);
  const able = (environments ?? []).filter(
    ({ hello }) =>
      hello?.operator.scopes.includes('sessions:revoke-all') === true &&
      hello.store.capabilities.includes('revoke.all'),
  );
  if (able.length === 0) return null;
  const all = (chosen: typeof able) => {
    setAnchor(null);
    void previewEnding(chosen.map(({ connection }) => ({ connection, selector: { all: true } })));
  };
  return (
    <>
      <Button
        color="error"
        aria-haspopup="menu"
        onClick={(event) => {
          setAnchor(event.currentTarget);
        }}
      >
        End everyone’s sessions…
      </Button>
      <Menu
        open={anchor !== null}
        anchorEl={anchor}
        onClose={() => {
          setAnchor(null);
        }}
      >
        {able.map((environment) => (
          <MenuItem
            key={environment.connection}
            onClick={() => {
              all([environment]);
            }}
          >
            {`in ${environment.name} (${counted(environment.liveSessions, 'session')})`}
          </MenuItem>
        ))}
        {able.length < 2 ? null : <Divider />}
        {able.length < 2 ? null : (
          <MenuItem
            onClick={() => {
              all(able);
            }}
          >
            {`in all ${String(able.length)} environments`}
          </MenuItem>
        )}
      </Menu>
    </>
  );
}
