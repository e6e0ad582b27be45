import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { useApp } from '../../store/app-store.ts';
import { setDemoAgent } from '../../store/environment-actions.ts';

/** The demo's agents can be stopped and started, to see what a lost connection looks like. */
export function DemoAgents(): ReactNode {
  const { agents } = useApp((state) => state.demo);
  if (agents.length === 0) return null;
  return (
    <Box
      component="section"
      aria-label="Demo agents"
      sx={{ p: 4, display: 'grid', gap: 2, justifyItems: 'start' }}
    >
      <Typography variant="h2">Demo agents</Typography>
      <Typography sx={{ color: 'text.secondary' }}>
        Real agents over a real database with invented people. Stop one to see what happens when it is lost:
        its data stays, its state says so, and everything continues when it is started again.
      </Typography>
      <Box sx={{ display: 'flex', gap: 2, flexWrap: 'wrap' }}>
        {agents.map(({ name, running }) => (
          <Button key={name} aria-pressed={running} onClick={() => void setDemoAgent(name, !running)}>
            {running ? `Stop ${name}` : `Start ${name}`}
          </Button>
        ))}
      </Box>
    </Box>
  );
}
