import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import type { ReactNode } from 'react';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { Choice } from '../../components/Choice.tsx';
import type { FormState } from '../../store/environment-form.ts';

/** How the agent is reached and recognised, and under which heading the environment stands. */
export function ReachFields(props: {
  readonly form: FormState;
  readonly environment: EnvironmentView | null;
  readonly onChange: (changes: Partial<FormState>) => void;
}): ReactNode {
  const { form, environment, onChange } = props;
  const field = (
    label: string,
    name: 'folder' | 'proxyUrl' | 'proxyName' | 'proxyPassword' | 'pin',
    rest: { readonly placeholder?: string; readonly helperText?: string; readonly type?: string } = {},
  ) => (
    <TextField
      label={label}
      value={form[name]}
      slotProps={{
        htmlInput: {
          spellCheck: false,
          autoComplete: 'off',
          maxLength: name === 'proxyUrl' ? 2_048 : name === 'folder' ? 80 : 128,
        },
      }}
      {...rest}
      onChange={(event) => {
        onChange({ [name]: event.target.value });
      }}
    />
  );
  const kept = environment?.proxy.credentials === true;
  return (
    <>
      {field('Group (empty: none)', 'folder', { placeholder: 'for instance Europe' })}
      <Choice
        label="Proxy"
        value={form.proxy}
        options={[
          ['none', 'None: straight to the agent'],
          ['system', 'As the system says'],
          ['manual', 'Set by hand'],
        ]}
        onChange={(proxy) => {
          onChange({ proxy });
        }}
      />
      {form.proxy === 'manual' ? (
        <>
          {field('Address of the proxy', 'proxyUrl', {
            placeholder: 'http://proxy.example.org:3128 or socks5h://127.0.0.1:1080',
          })}
          <Box sx={{ display: 'flex', gap: 3 }}>
            {field(
              kept ? 'New name for the proxy (empty keeps it)' : 'Name for the proxy, if it asks',
              'proxyName',
            )}
            {field('Password for the proxy', 'proxyPassword', { type: 'password' })}
          </Box>
        </>
      ) : null}
      {field('Pinned key (SHA-256, base64), if only one is to be accepted', 'pin', {
        helperText: 'Test the connection to see the agent’s key. The authority is checked as well.',
      })}
    </>
  );
}
