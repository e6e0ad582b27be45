import Box from '@mui/material/Box';
import { useEffect, useRef, type ReactNode } from 'react';
import type { CompletionItem } from '#shared/query/complete.ts';

/** What could stand at the cursor, as a list under the line. */
export function SearchProposals(props: {
  readonly id: string;
  readonly items: readonly CompletionItem[];
  readonly active: number;
  readonly onChoose: (item: CompletionItem) => void;
}): ReactNode {
  const { id, items, active, onChoose } = props;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <Box
      component="ul"
      ref={list}
      id={id}
      role="listbox"
      aria-label="Proposals"
      sx={{
        position: 'absolute',
        zIndex: 'modal',
        top: '100%',
        left: 0,
        right: 0,
        m: 0,
        mt: 0.5,
        p: 0.5,
        maxHeight: '18rem',
        overflow: 'auto',
        listStyle: 'none',
        bgcolor: 'background.paper',
        border: 1,
        borderColor: 'divider',
        borderRadius: 1,
        boxShadow: 8,
      }}
    >
      {items.map((item, index) => (
        <Box
          component="li"
          key={`${item.label} ${String(index)}`}
          id={`${id}-${String(index)}`}
          role="option"
          aria-selected={index === active}
          // The line keeps the focus.
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(item);
          }}
          sx={{
            display: 'flex',
            gap: 3,
            px: 2,
            py: 0.5,
            borderRadius: 0.5,
            cursor: 'pointer',
            whiteSpace: 'nowrap',
            bgcolor: index === active ? 'action.selected' : 'transparent',
            '&:hover': { bgcolor: 'action.hover' },
          }}
        >
          <Box component="span" sx={(theme) => ({ ...theme.typography.mono, minWidth: '7rem' })}>
            {item.label}
          </Box>
          <Box
            component="span"
            sx={{ color: 'text.secondary', overflow: 'hidden', textOverflow: 'ellipsis' }}
          >
            {item.detail}
          </Box>
        </Box>
      ))}
    </Box>
  );
}
