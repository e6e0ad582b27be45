import Autocomplete from '@mui/material/Autocomplete';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { accountIn } from '#shared/domain/plain-ids.ts';
import type { AccountName } from '#shared/ipc/people-views.ts';
import { useEnvironmentName } from '../../parts/EnvironmentTag.tsx';
import { useEngineQuery } from '../../store/use-engine-query.ts';

const MOST = 30;
/** What one question for names may hold. */
const MOST_NAMED = 1_000;

/** Accounts chosen by name and kept by id; one that was never seen yet is typed as its id. */
export function AccountsField(props: {
  readonly label: string;
  /** Of which environment; null: of every one, where an id means the account of that id in each. */
  readonly connection: ConnectionId | null;
  readonly ids: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}): ReactNode {
  const { label, connection, ids, onChange } = props;
  const [text, setText] = useState('');
  const nameOf = useEnvironmentName();
  const named = useEngineQuery(
    'accounts.names',
    ids.length === 0
      ? null
      : { connection, ids: ids.flatMap((id) => accountIn(id) ?? []).slice(0, MOST_NAMED) },
  );
  const answer = useEngineQuery(
    'people.page',
    text.trim() === ''
      ? null
      : {
          text: text.trim(),
          which: 'all',
          limit: MOST,
          ...(connection === null ? {} : { connections: [connection] }),
        },
  );
  const words = ({ name, id, connection: of }: AccountName): string =>
    [name, ...(connection === null ? [nameOf(of)] : []), ...(name === id ? [] : [`id ${id}`])].join(' · ');
  const known = new Map<string, string[]>();
  for (const account of named.is === 'ready' ? named.value : []) {
    known.set(account.id, [...(known.get(account.id) ?? []), account.name]);
  }
  const needle = text.trim().toLowerCase();
  const found: readonly AccountName[] = (answer.is === 'ready' ? answer.value.rows : [])
    .flatMap(({ accounts }) => accounts)
    .filter(
      ({ id, name, connection: of }) =>
        !ids.includes(id) &&
        (connection === null || of === connection) &&
        name.toLowerCase().includes(needle),
    );
  return (
    <Autocomplete<AccountName | string, true, false, true>
      multiple
      freeSolo
      options={found}
      filterOptions={(options) => options}
      value={[...ids]}
      inputValue={text}
      onInputChange={(_event, next) => {
        setText(next);
      }}
      getOptionKey={(option) => (typeof option === 'string' ? option : `${option.connection} ${option.id}`)}
      // Also of what is chosen: names instead of ids, where they are known.
      getOptionLabel={(option) =>
        typeof option === 'string' ? [...new Set(known.get(option) ?? [option])].join(' / ') : words(option)
      }
      isOptionEqualToValue={(option, value) =>
        (typeof option === 'string' ? option : option.id) === (typeof value === 'string' ? value : value.id)
      }
      onChange={(_event, chosen) => {
        const next = chosen.map((one) => (typeof one === 'string' ? one.trim() : one.id));
        onChange([...new Set(next.filter((id) => id !== ''))]);
      }}
      renderInput={(input) => (
        <TextField
          {...input}
          label={label}
          placeholder={ids.length === 0 ? 'Type a name' : ''}
          helperText="Usually none; by name, or by the id of an account that was never seen"
        />
      )}
    />
  );
}
