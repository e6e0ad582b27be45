import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState, type ReactNode } from 'react';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { removeNote, restoreNote } from '../store/note-actions.ts';
import { useTask, type Task } from '../store/use-task.ts';

export interface NoteRemoval {
  readonly task: Task;
  readonly remove: (key: number) => void;
  /** The line that offers to take the last removal back, and what went wrong. */
  readonly line: ReactNode;
}

/** Removes notes of a list, and offers to take the last one back. @param again asks for the list anew */
export function useNoteRemoval(again: () => void): NoteRemoval {
  const [removed, setRemoved] = useState<number | null>(null);
  const task = useTask();
  const act = (work: () => Promise<unknown>, now: number | null): void => {
    void task.run(async () => {
      await work();
      setRemoved(now);
      again();
    });
  };
  return {
    task,
    remove: (key) => {
      act(() => removeNote(key), key);
    },
    line: (
      <>
        {task.problem === null ? null : <ProblemBox problem={task.problem} />}
        {removed === null ? null : (
          <Box role="status" sx={{ display: 'flex', gap: 2, alignItems: 'center', color: 'text.secondary' }}>
            Removed.
            <Button
              variant="text"
              onClick={() => {
                act(() => restoreNote(removed), null);
              }}
            >
              Undo
            </Button>
          </Box>
        )}
      </>
    ),
  };
}
