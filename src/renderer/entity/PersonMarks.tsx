import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { Mark } from '../components/Marks.tsx';

/** What is special about a person, over all accounts. */
export function PersonMarks({
  person,
  otherwise = null,
}: {
  readonly person: { readonly privileged: boolean; readonly service: boolean; readonly own: boolean };
  /** Where there is nothing special. */
  readonly otherwise?: ReactNode;
}): ReactNode {
  const marks = [
    person.own ? 'you' : null,
    person.privileged ? 'privileged' : null,
    person.service ? 'service' : null,
  ].filter((mark) => mark !== null);
  if (marks.length === 0) return otherwise;
  return (
    <Box component="span" sx={{ display: 'inline-flex', gap: 1 }}>
      {marks.map((mark) => (
        <Mark key={mark} mark={mark} />
      ))}
    </Box>
  );
}
