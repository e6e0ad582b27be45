import type { ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { RetentionPolicy } from '#shared/ipc/mirror-contract.ts';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { Choice } from '../../components/Choice.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { keptFor, keptForOptions, withKeptFor } from '../../store/retention-draft.ts';

const KINDS = [
  ['events', 'Events'],
  ['sessions', 'Ended sessions'],
  ['detections', 'Detections'],
] as const;

/** A row for all environments and one for each, a choice for each kind. */
export function KeepingRules(props: {
  readonly environments: readonly EnvironmentView[];
  readonly policy: RetentionPolicy;
  readonly onChange: (policy: RetentionPolicy) => void;
}): ReactNode {
  const rows: readonly (readonly [ConnectionId | null, string])[] = [
    [null, 'Every environment'],
    ...props.environments.map(({ connection, name }) => [connection, name] as const),
  ];
  return (
    <Table sx={{ maxWidth: '44rem' }}>
      <TableHead heads={['Environment', ...KINDS.map(([, title]) => title)]} />
      <tbody>
        {rows.map(([connection, name]) => (
          <tr key={connection ?? ''}>
            <th scope="row" className="name">
              {name}
            </th>
            {KINDS.map(([kind, title]) => {
              const value = keptFor(props.policy, connection, kind);
              return (
                <td key={kind}>
                  <Choice
                    quiet
                    label={`${title} of ${name}`}
                    value={value}
                    options={keptForOptions(value, connection === null)}
                    onChange={(next) => props.onChange(withKeptFor(props.policy, connection, kind, next))}
                  />
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
