import Button from '@mui/material/Button';
import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider, createTheme } from '@mui/material/styles';
import Typography from '@mui/material/Typography';
import { useEffect, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';

// A window with the same React and MUI, and nothing in it: what any window of this kind costs.

function Empty(): ReactNode {
  useEffect(() => {
    performance.mark('usable');
  }, []);
  return (
    <ThemeProvider theme={createTheme({ palette: { mode: 'dark' } })}>
      <CssBaseline />
      <Typography variant="h1">Empty</Typography>
      <Button variant="contained">Nothing</Button>
    </ThemeProvider>
  );
}

const root = document.getElementById('root');
if (root === null) throw new Error('empty.html has no element with the id root');
createRoot(root).render(<Empty />);
