import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import { useEffect, useState, type ReactNode } from 'react';
import { visuallyHidden } from './Unknown.tsx';

/** What is faster than this shows no sign of waiting at all. */
const PATIENCE_MS = 200;

/** Lines where text will be, after a moment. */
export function Waiting({ lines = 4, what }: { readonly lines?: number; readonly what: string }): ReactNode {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => {
      setLate(true);
    }, PATIENCE_MS);
    return () => {
      window.clearTimeout(timer);
    };
  }, []);
  if (!late) return null;
  return (
    <Box role="status" sx={{ p: 4 }}>
      <Box component="span" sx={visuallyHidden}>{`Loading ${what}`}</Box>
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton
          key={index}
          variant="text"
          animation={false}
          width={`${String(92 - ((index * 17) % 40))}%`}
        />
      ))}
    </Box>
  );
}
