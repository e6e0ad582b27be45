import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import type { NetworkListsView, NetworkListView } from '#shared/ipc/network-lists-contract.ts';
import { FileButton } from '../../components/FileButton.tsx';
import { Part } from '../../components/Part.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { count } from '../../format/words.ts';
import { loadNetworkList, removeNetworkList } from '../../store/list-actions.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { useTask } from '../../store/use-task.ts';

/** What the section is found by. */
export const NETWORK_LISTS = {
  name: 'Lists of networks',
  what: 'VPN, Tor, proxy, hosting, mobile carriers, relays, satellite; your own networks and trusted places',
};

function Line(props: { readonly one: NetworkListView; readonly changed: () => void }): ReactNode {
  const { one, changed } = props;
  const task = useTask();
  return (
    <tr>
      <td>
        {one.list?.name ?? one.file}
        {one.list === null || one.list.name === one.file ? null : (
          <Box component="span" sx={{ color: 'text.secondary' }}>{` · ${one.file}`}</Box>
        )}
        {one.problem === null ? null : <ProblemBox problem={one.problem} />}
        {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      </td>
      <td className="name">{one.list === null ? 'not in use' : (one.list.date ?? 'does not say')}</td>
      <td>
        {one.list === null ? '' : one.list.kinds.length === 0 ? 'own networks' : one.list.kinds.join(', ')}
      </td>
      <td className="number">{one.list === null ? '' : count(one.list.networks)}</td>
      <td>{one.list?.licence ?? ''}</td>
      <td>
        <Button
          disabled={task.busy}
          aria-label={`Remove ${one.file}`}
          onClick={() =>
            void task.run(async () => {
              await removeNetworkList(one.file);
              changed();
            })
          }
        >
          Remove
        </Button>
      </td>
    </tr>
  );
}

function Sources({ view }: { readonly view: NetworkListsView }): ReactNode {
  const own = new Set(view.lists.map(({ list }) => list?.name));
  const others = view.sources.filter(({ name }) => !own.has(name));
  if (others.length === 0) return null;
  const words = others.map(({ name, date }) => `${name} (${date ?? 'no date'})`).join(', ');
  return <Typography sx={{ color: 'text.secondary', mt: 2 }}>{`Besides: ${words}.`}</Typography>;
}

/** What kind of network an address belongs to, by lists that the operator loads; with their dates. */
export function NetworkLists(): ReactNode {
  const answer = useEngineQuery('lists.all', {}, { everyMs: 5_000 });
  const task = useTask();
  if (answer.is === 'failed') return <ProblemBox problem={answer.problem} />;
  if (answer.is !== 'ready') return null;
  const view = answer.value;
  return (
    <Part
      title={NETWORK_LISTS.name}
      aside={
        <FileButton
          label="List of networks"
          accept=".txt,.csv,.netset,.list,.yaml,.yml,.json"
          disabled={task.busy}
          onFiles={([file]) => {
            if (file === undefined) return;
            void task.run(async () => {
              await loadNetworkList(file);
              answer.again();
            });
          }}
        >
          {task.busy ? 'Loading…' : 'Load a list…'}
        </FileButton>
      }
    >
      <Typography sx={{ color: 'text.secondary', mb: 2 }}>
        Detections tell a VPN, a phone or your office by these: one CIDR, address or AS number a line, its
        kind after a comma or above as “# kind: vpn”; or a YAML table of your own networks, with trusted
        places. In use at once; mirrored addresses follow in the background.
      </Typography>
      {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      {view.lists.length === 0 ? (
        <Typography>None is loaded: only the lists that Watchfloor brings are in use.</Typography>
      ) : (
        <Table aria-label="Loaded lists of networks">
          <TableHead
            heads={['List', 'Date', 'Kinds', { number: 'Networks' }, 'Licence', { unseen: 'Action' }]}
          />
          <tbody>
            {view.lists.map((one) => (
              <Line key={one.file} one={one} changed={answer.again} />
            ))}
          </tbody>
        </Table>
      )}
      <Typography role="status" sx={{ color: 'text.secondary' }}>
        {view.following ? 'Mirrored addresses are being brought up to the lists…' : ''}
      </Typography>
      <Sources view={view} />
    </Part>
  );
}
