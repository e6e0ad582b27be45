import Autocomplete from '@mui/material/Autocomplete';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import type { AccountName, PersonAccount } from '#shared/ipc/people-views.ts';
import { useEnvironmentName } from '../../parts/EnvironmentTag.tsx';
import { useEngineQuery } from '../../store/use-engine-query.ts';

const MOST = 30;

/** Finds another account by name to join it with this person. */
export function LinkAccount(props: {
  readonly accounts: readonly PersonAccount[];
  readonly onDone: (linked: AccountName | null) => void;
}): ReactNode {
  const [text, setText] = useState('');
  const nameOf = useEnvironmentName();
  const answer = useEngineQuery(
    'people.page',
    text.trim() === '' ? null : { text: text.trim(), which: 'all', limit: MOST },
  );
  const has = new Set(props.accounts.map(({ connection, id }) => `${connection} ${id}`));
  const found: AccountName[] = (answer.is === 'ready' ? answer.value.rows : [])
    .flatMap(({ accounts }) => accounts)
    .filter(({ connection, id }) => !has.has(`${connection} ${id}`));
  return (
    <Box sx={{ display: 'flex', gap: 2 }}>
      <Autocomplete
        sx={{ flex: 1 }}
        options={found}
        filterOptions={(options) => options}
        getOptionKey={({ connection, id }) => `${connection} ${id}`}
        getOptionLabel={({ name, connection }) => `${name} · ${nameOf(connection)}`}
        noOptionsText={text.trim() === '' ? 'Type a name' : 'No other account fits'}
        onInputChange={(_event, next) => {
          setText(next);
        }}
        onChange={(_event, chosen) => {
          if (chosen !== null) props.onDone(chosen);
        }}
        renderInput={(input) => (
          <TextField
            {...input}
            autoFocus
            placeholder="Name of the other account"
            aria-label="Name of the other account"
          />
        )}
      />
      <Button
        onClick={() => {
          props.onDone(null);
        }}
      >
        Cancel
      </Button>
    </Box>
  );
}
