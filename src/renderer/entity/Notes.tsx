import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { TimeOfDay } from '../parts/TimeText.tsx';
import { addNote, removeNote, restoreNote } from '../store/note-actions.ts';
import { useEngineQuery } from '../store/use-engine-query.ts';
import { useTask } from '../store/use-task.ts';

/** Remarks of operators about something; they are kept in the mirror and named in the journal. */
export function Notes({ subject }: { readonly subject: string }): ReactNode {
  const notes = useEngineQuery('notes.list', { subject });
  const [text, setText] = useState('');
  const [removed, setRemoved] = useState<number | null>(null);
  const task = useTask();
  const act = (work: () => Promise<unknown>) => {
    void task.run(async () => {
      await work();
      notes.again();
    });
  };
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      {notes.is === 'failed' ? <ProblemBox problem={notes.problem} /> : null}
      {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      {notes.is === 'ready' && notes.value.length > 0 ? (
        <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none', display: 'grid', gap: 2 }}>
          {notes.value.map((note) => (
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
                    setRemoved(note.key);
                    act(() => removeNote(note.key));
                  }}
                >
                  Remove
                </Button>
              </Box>
            </Box>
          ))}
        </Box>
      ) : null}
      {removed === null ? null : (
        <Box role="status" sx={{ display: 'flex', gap: 2, alignItems: 'center', color: 'text.secondary' }}>
          Note removed.
          <Button
            variant="text"
            onClick={() => {
              setRemoved(null);
              act(() => restoreNote(removed));
            }}
          >
            Undo
          </Button>
        </Box>
      )}
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
