import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { saveSigmaMap } from '../../store/sigma-actions.ts';
import { useTask } from '../../store/use-task.ts';
import { SIZE } from '../../theme/size.ts';

/** The person's own names of fields, before the default ones. */
export function SigmaFieldMap({ saved }: { readonly saved: string }): ReactNode {
  const [text, setText] = useState(saved);
  const task = useTask();
  return (
    <Box
      component="form"
      onSubmit={(event) => {
        event.preventDefault();
        void task.run(() => saveSigmaMap(text));
      }}
      sx={{ display: 'grid', gap: 2, justifyItems: 'start', maxWidth: SIZE.prose, pt: 2 }}
    >
      <TextField
        multiline
        fullWidth
        minRows={3}
        label="Fields of your rules (YAML)"
        placeholder="LoginName: user"
        helperText="One field a line: its name in the rules, and what it is here. Empty: the default map alone."
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
      />
      {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      <Button type="submit" disabled={task.busy || text === saved}>
        Save the map
      </Button>
    </Box>
  );
}
