import type { ReactNode } from 'react';
import type { StoreApi, UseBoundStore } from 'zustand';
import { Choice } from '../components/Choice.tsx';

/** A choice that shows and changes one field of a store. */
export function StoreChoice<State, Field extends keyof State>(props: {
  readonly store: UseBoundStore<StoreApi<State>>;
  readonly field: Field;
  readonly label: string;
  readonly options: readonly (readonly [State[Field] & string, string])[];
}): ReactNode {
  const { store, field, label, options } = props;
  const value = store((state) => state[field]);
  return (
    <Choice
      quiet
      label={label}
      value={value as State[Field] & string}
      options={options}
      onChange={(next) => {
        store.setState({ [field]: next } as unknown as Partial<State>);
      }}
    />
  );
}
