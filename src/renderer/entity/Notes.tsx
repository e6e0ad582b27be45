import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import { useState, type ReactNode } from 'react';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { TimeOfDay } from '../parts/TimeText.tsx';
import { addBookmark, addNote, removeNote } from '../store/note-actions.ts';
import { useEngineQuery } from '../store/use-engine-query.ts';
import { useNoteRemoval } from './NoteRemoval.tsx';

/**
 * Remarks of operators about something, and whether it is bookmarked. They are kept in the mirror, named in the journal,
 * and stand together under Investigate.
 */
export function Notes({ subject }: { readonly subject: string }): ReactNode {
  const notes = useEngineQuery('notes.list', { subject });
  const [text, setText] = useState('');
  const { task, remove, line } = useNoteRemoval(notes.again);
  const act = (work: () => Promise<unknown>) => {
    void task.run(async () => {
      await work();
      notes.again();
    });
  };
  const all = notes.is === 'ready' ? notes.value : [];
  const remarks = all.filter((note) => note.text !== '');
  const bookmarks = all.filter((note) => note.text === '');
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Box>
        <ToggleButton
          value="bookmark"
          size="small"
          selected={bookmarks.length > 0}
          disabled={notes.is !== 'ready' || task.busy}
          title="Bookmarks stand under Investigate, Bookmarks and notes"
          onChange={() => {
            act(() =>
              bookmarks.length === 0
                ? addBookmark(subject)
                : Promise.all(bookmarks.map(({ key }) => removeNote(key))),
            );
          }}
          sx={{ gap: 1.5, px: 2, py: 0.5, textTransform: 'none', font: 'inherit', color: 'text.primary' }}
        >
          <span aria-hidden="true">{bookmarks.length > 0 ? '★' : '☆'}</span>
          Bookmark
        </ToggleButton>
      </Box>
      {notes.is === 'failed' ? <ProblemBox problem={notes.problem} /> : null}
      {remarks.length > 0 ? (
        <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none', display: 'grid', gap: 2 }}>
          {remarks.map((note) => (
            <Box component="li" key={note.key}>
              <Box sx={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{note.text}</Box>
              <Box
                sx={{
                  typography: 'caption',
                  color: 'text.secondary',
                  display: 'flex',
                  gap: 2,
                  alignItems: 'center',
                }}
              >
                <TimeOfDay at={note.at} />
                {note.by === '' ? null : <span>{note.by}</span>}
                <Button
                  variant="text"
                  sx={{ py: 0 }}
                  onClick={() => {
                    remove(note.key);
                  }}
                >
                  Remove
                </Button>
              </Box>
            </Box>
          ))}
        </Box>
      ) : null}
      {line}
      <Box
        component="form"
        sx={{ display: 'flex', gap: 2, alignItems: 'flex-start' }}
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() === '') return;
          act(async () => {
            await addNote(subject, text.trim());
            setText('');
          });
        }}
      >
        <TextField
          multiline
          maxRows={6}
          placeholder="What should the next one know?"
          value={text}
          slotProps={{ htmlInput: { 'aria-label': 'New note', maxLength: 1_024 } }}
          onChange={(event) => {
            setText(event.target.value);
          }}
        />
        <Button type="submit" disabled={text.trim() === '' || task.busy}>
          Add
        </Button>
      </Box>
    </Box>
  );
}
