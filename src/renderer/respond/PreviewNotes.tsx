import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { Preview } from '#shared/ipc/views.ts';
import { useEnvironmentName } from '../parts/EnvironmentTag.tsx';
import { count, counted } from '../format/words.ts';
import type { Asked } from '../store/respond-store.ts';
import { previewNotes } from './preview-notes.ts';

/** Names of some who would be signed out, and everything that is worth a second look before the button. */
export function PreviewNotes(props: { readonly preview: Preview; readonly asked: Asked }): ReactNode {
  const nameOf = useEnvironmentName();
  const { names, unnamed } = sampleNames(props.preview);
  const notes = previewNotes(props.preview, props.asked, nameOf);
  return (
    <>
      {names.length === 0 ? null : (
        <Box sx={{ overflowWrap: 'anywhere', maxHeight: '8em', overflowY: 'auto' }}>
          <Box component="span" sx={{ color: 'text.secondary' }}>
            {'Among them: '}
          </Box>
          {names.join(', ')}
          {unnamed > 0 ? ` and ${counted(unnamed, 'other session')}` : ''}
        </Box>
      )}
      {notes.length === 0 ? null : (
        <Box component="ul" sx={{ m: 0, pl: 4, display: 'grid', gap: 1 }}>
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </Box>
      )}
    </>
  );
}

const NAMES_SHOWN = 12;

function sampleNames(preview: Preview): { readonly names: readonly string[]; readonly unnamed: number } {
  const rows = preview.parts.flatMap((part) => (part.is === 'unavailable' ? [] : part.sample));
  const byName = new Map<string, number>();
  for (const row of rows) {
    const name = row.account?.name ?? 'nobody signed in';
    byName.set(name, (byName.get(name) ?? 0) + 1);
  }
  const shown = [...byName].slice(0, NAMES_SHOWN);
  const named = shown.reduce((sum, [, sessions]) => sum + sessions, 0);
  const total = preview.parts.reduce(
    (sum, part) => sum + (part.is === 'unavailable' ? 0 : part.reach.sessions),
    0,
  );
  return {
    names: shown.map(([name, sessions]) => (sessions === 1 ? name : `${name} (${count(sessions)})`)),
    unnamed: Math.max(0, total - named),
  };
}
