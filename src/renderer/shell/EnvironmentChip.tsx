import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Popover from '@mui/material/Popover';
import Typography from '@mui/material/Typography';
import { useState, type ReactNode } from 'react';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { ColourSquare, ProductionMark } from '../parts/EnvironmentTag.tsx';
import { ToneMark } from '../components/ToneMark.tsx';
import { useConnectionWords } from '../parts/use-connection-words.ts';
import { retryEnvironment } from '../store/environment-actions.ts';
import { goTo } from '../store/route-store.ts';
import { SIZE } from '../theme/size.ts';

/** One connection in the top bar: name, tier, state in a few words; pressing it says the rest and what to do. */
export function EnvironmentChip({ environment }: { readonly environment: EnvironmentView }): ReactNode {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const words = useConnectionWords(environment);
  const close = () => {
    setAnchor(null);
  };
  return (
    <>
      <Button
        aria-haspopup="dialog"
        data-testid={`connection-${environment.name}`}
        title={`${environment.name}: ${words.sentence}`}
        onClick={(event) => {
          setAnchor(event.currentTarget);
        }}
        sx={{ flex: 'none', gap: 1.5, whiteSpace: 'nowrap', bgcolor: 'background.default' }}
      >
        <ColourSquare index={environment.colour} />
        <Box component="span" sx={{ maxWidth: '10rem', overflow: 'hidden', textOverflow: 'ellipsis' }}>
          {environment.name}
        </Box>
        {environment.hello?.environment.tier === 'production' ? <ProductionMark /> : null}
        <Box
          component="span"
          sx={words.tone === 'good' ? { '@media (max-width: 900px)': { display: 'none' } } : {}}
        >
          <ToneMark tone={words.tone}>{words.short}</ToneMark>
        </Box>
      </Button>
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        onClose={close}
        transitionDuration={0}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'left' }}
        slotProps={{ paper: { role: 'dialog', 'aria-label': `Connection to ${environment.name}` } }}
      >
        <Box sx={{ p: 4, maxWidth: SIZE.panel, display: 'grid', gap: 2, overflowWrap: 'anywhere' }}>
          <Typography variant="h2" component="p">
            {environment.name}
          </Typography>
          <Typography>{words.sentence}</Typography>
          {words.advice === null ? null : (
            <Typography sx={{ color: 'text.secondary' }}>{words.advice}</Typography>
          )}
          <Box sx={{ display: 'flex', gap: 2 }}>
            {environment.state.is === 'waiting' || environment.state.is === 'refused' ? (
              <Button onClick={() => void retryEnvironment(environment.connection)}>Try now</Button>
            ) : null}
            <Button
              onClick={() => {
                close();
                goTo('environments', environment.connection);
              }}
            >
              Open Environments
            </Button>
          </Box>
        </Box>
      </Popover>
    </>
  );
}
