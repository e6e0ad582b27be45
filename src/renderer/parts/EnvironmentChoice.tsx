import type { ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { useApp } from '../store/app-store.ts';
import { Choice } from '../components/Choice.tsx';

/** All environments, or one. */
export function EnvironmentChoice(props: {
  readonly value: ConnectionId | null;
  readonly onChange: (value: ConnectionId | null) => void;
}): ReactNode {
  const environments = useApp((state) => state.environments) ?? [];
  return (
    <Choice
      quiet
      label="Environment"
      value={props.value ?? ''}
      options={[
        ['', 'All environments'],
        ...environments.map(({ connection, name }) => [connection as string, name] as const),
      ]}
      onChange={(value) => {
        props.onChange(environments.find(({ connection }) => connection === value)?.connection ?? null);
      }}
    />
  );
}
