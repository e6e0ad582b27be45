import Box from '@mui/material/Box';
import { useEffect, useRef, type ReactNode, type RefObject } from 'react';
import type { QueryError } from '#shared/query/tree.ts';

/** Underlines the place of a fault behind the line, and says what is wrong below it. */
export function SearchFault(props: {
  readonly text: string;
  readonly fault: QueryError | null;
  /** Typing is under way at the end: the words wait, the underline does not. */
  readonly quiet: boolean;
  readonly input: RefObject<HTMLInputElement | null>;
  readonly id: string;
}): ReactNode {
  const { text, fault, quiet, input, id } = props;
  const under = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const field = input.current;
    if (field === null) return undefined;
    const follow = () => {
      if (under.current !== null) under.current.scrollLeft = field.scrollLeft;
    };
    follow();
    field.addEventListener('scroll', follow);
    return () => {
      field.removeEventListener('scroll', follow);
    };
  }, [input, text, fault]);
  if (fault === null) return null;
  const end = fault.offset + Math.max(1, fault.length);
  return (
    <>
      <Box
        ref={under}
        aria-hidden="true"
        sx={(theme) => ({
          ...theme.typography.mono,
          position: 'absolute',
          inset: 0,
          height: theme.spacing(7),
          lineHeight: theme.spacing(7),
          px: 2,
          border: 1,
          borderStyle: 'solid',
          borderColor: 'transparent',
          overflow: 'hidden',
          whiteSpace: 'pre',
          color: 'transparent',
          pointerEvents: 'none',
        })}
      >
        {text.slice(0, fault.offset)}
        <Box
          component="span"
          data-testid="search-fault"
          sx={(theme) => ({
            textDecoration: 'underline wavy',
            textDecorationColor: theme.vars.palette.severity.high,
          })}
        >
          {text.slice(fault.offset, end) || ' '}
        </Box>
        {text.slice(end)}
      </Box>
      <Box
        id={id}
        role="status"
        sx={{
          position: 'absolute',
          zIndex: 1,
          top: '100%',
          left: 0,
          mt: 0.5,
          px: 2,
          py: 0.5,
          maxWidth: '100%',
          bgcolor: 'background.paper',
          border: 1,
          borderColor: 'divider',
          borderRadius: 1,
          color: 'text.primary',
          visibility: quiet ? 'hidden' : 'visible',
        }}
      >
        {fault.message}
        {fault.suggestion === null ? null : (
          <Box component="span" sx={{ color: 'text.secondary' }}>{` Try: ${fault.suggestion}`}</Box>
        )}
      </Box>
    </>
  );
}
