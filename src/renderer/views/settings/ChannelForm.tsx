import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import type { ChannelConfig, ChannelConfigInput } from '#shared/ipc/notify-contract.ts';
import type { Severity } from '#shared/domain/detection.ts';
import type { Problem } from '#shared/domain/result.ts';
import { Choice } from '../../components/Choice.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { saveChannel, testChannel } from '../../store/notify-channels.ts';
import { useTask } from '../../store/use-task.ts';

type Kind = 'webhook' | 'syslog' | 'mail';
const EMPTY = {
  name: '',
  url: '',
  host: '',
  port: '',
  transport: 'tls',
  user: '',
  from: '',
  to: '',
  secret: '',
};
type Fields = typeof EMPTY;

const FIELDS: Readonly<Record<Kind, readonly (readonly [keyof Fields, string])[]>> = {
  webhook: [
    ['url', 'Address (https)'],
    ['secret', 'Signing key (optional)'],
  ],
  syslog: [
    ['host', 'Host'],
    ['port', 'Port'],
    ['transport', 'Transport (udp, tcp or tls)'],
  ],
  mail: [
    ['host', 'SMTP host'],
    ['port', 'Port'],
    ['transport', 'Security (tls, starttls or none)'],
    ['user', 'User (optional)'],
    ['secret', 'Password (optional)'],
    ['from', 'From'],
    ['to', 'To, separated by commas'],
  ],
};

/** The channel that the fields mean; the schema says what is wrong with it. */
function configOf(kind: Kind, fields: Fields, minSeverity: Severity): unknown {
  const { name, url, host, transport, user, from } = fields;
  const port = Number(fields.port);
  const target =
    kind === 'webhook'
      ? { kind, url }
      : kind === 'syslog'
        ? { kind, host, port, transport }
        : {
            kind,
            host,
            port,
            security: transport,
            user: user === '' ? null : user,
            from,
            to: fields.to.split(',').map((one) => one.trim()),
          };
  return { name, target, subscription: { minSeverity } } satisfies Record<
    keyof Pick<ChannelConfigInput, 'name' | 'target' | 'subscription'>,
    unknown
  >;
}

/** Makes a new channel; can be tried before it is saved. */
export function ChannelForm({ onDone }: { readonly onDone: () => void }): ReactNode {
  const [kind, setKind] = useState<Kind>('webhook');
  const [minSeverity, setMinSeverity] = useState<Severity>('high');
  const [fields, setFields] = useState<Fields>(EMPTY);
  const [wrong, setWrong] = useState<Problem | null>(null);
  const task = useTask();
  const problem = wrong ?? task.problem;
  const withConfig = (act: (config: ChannelConfig) => Promise<void>) => {
    setWrong(null);
    void task.run(async () => {
      const { checkedChannel } = await import('../../store/checked-channel.ts');
      await act(checkedChannel(configOf(kind, fields, minSeverity)));
    });
  };
  return (
    <Box
      component="form"
      onSubmit={(event) => {
        event.preventDefault();
        withConfig(async (config) => {
          await saveChannel(config, fields.secret);
          onDone();
        });
      }}
      sx={{ display: 'grid', gap: 3, mt: 3, gridTemplateColumns: 'repeat(auto-fill, minmax(15rem, 1fr))' }}
    >
      <Choice<Kind>
        label="Kind"
        value={kind}
        options={[
          ['webhook', 'Webhook'],
          ['syslog', 'Syslog'],
          ['mail', 'Mail'],
        ]}
        onChange={setKind}
      />
      <Choice<Severity>
        label="From this severity up"
        value={minSeverity}
        options={[
          ['critical', 'Critical'],
          ['high', 'High'],
          ['medium', 'Medium'],
          ['low', 'Low'],
          ['info', 'Info'],
        ]}
        onChange={setMinSeverity}
      />
      {([['name', 'Name'], ...FIELDS[kind]] as const).map(([name, label]) => (
        <TextField
          key={name}
          label={label}
          type={name === 'secret' ? 'password' : 'text'}
          value={fields[name]}
          onChange={(event) => {
            setFields({ ...fields, [name]: event.target.value });
          }}
        />
      ))}
      {problem === null ? null : (
        <Box sx={{ gridColumn: '1 / -1' }}>
          <ProblemBox problem={problem} />
        </Box>
      )}
      <Box sx={{ gridColumn: '1 / -1', display: 'flex', gap: 2 }}>
        <Button type="submit" variant="contained" color="primary" disabled={task.busy}>
          Add channel
        </Button>
        <Button
          disabled={task.busy}
          onClick={() => {
            withConfig(async (config) => {
              setWrong(await testChannel(config, { secret: fields.secret }));
            });
          }}
        >
          Send a test
        </Button>
        <Button variant="text" onClick={onDone}>
          Cancel
        </Button>
      </Box>
    </Box>
  );
}
