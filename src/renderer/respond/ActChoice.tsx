import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { HOUR, MINUTE, DAY } from '#shared/domain/lengths.ts';
import type { ResponseAct } from '#shared/ipc/respond-contract.ts';
import { Choice } from '../components/Choice.tsx';
import { useApp } from '../store/app-store.ts';
import { previewAct, type Asked } from '../store/respond-store.ts';

const HOLDS: readonly (readonly [string, string])[] = [
  [String(15 * MINUTE), '15 minutes'],
  [String(HOUR), '1 hour'],
  [String(8 * HOUR), '8 hours'],
  [String(DAY), '1 day'],
  [String(7 * DAY), '7 days'],
];
const WHEN_SIGNED_IN: Readonly<Record<ResponseAct['kind'], string>> = {
  revoke: 'End their sessions',
  hold: 'End them and every new one for a time',
  block: 'End them and block the account',
};
const WHEN_NOBODY: typeof WHEN_SIGNED_IN = {
  revoke: 'Nothing more',
  hold: 'End every new session for a time',
  block: 'Block the account',
};
const actOf = (kind: ResponseAct['kind']): ResponseAct =>
  kind === 'hold' ? { kind, forMs: HOUR } : { kind };

/**
 * What is done: ended once, kept out for a time, or blocked in the store. Only for accounts, where the stores can.
 * @param props.nobody none of them is signed in: what is left is to keep them out
 */
export function ActChoice(props: { readonly asked: Asked; readonly nobody: boolean }): ReactNode {
  const { asked, nobody } = props;
  const { selection, act } = asked;
  const picked = 'targets' in selection ? selection.targets : [];
  const byAccount = picked.length > 0 && picked.every(({ selector }) => 'accounts' in selector);
  // Sessions that are gone were somebody's.
  const targets = byAccount ? picked : nobody ? (asked.people ?? []) : [];
  const can = useApp((state) => {
    const able = (capability: string) =>
      targets.every(({ connection }) =>
        state.environments
          ?.find((environment) => environment.connection === connection)
          ?.hello?.store.capabilities.includes(capability),
      );
    return `${able('hold') ? 'hold ' : ''}${able('account.block') ? 'block' : ''}`;
  });
  if (targets.length === 0 || can === '') return null;
  const words = nobody ? WHEN_NOBODY : WHEN_SIGNED_IN;
  const options = (['revoke', 'hold', 'block'] as const)
    .filter((kind) => kind === 'revoke' || can.includes(kind))
    .map((kind) => [kind, words[kind]] as const);
  const again = (next: ResponseAct) =>
    void previewAct({ ...asked, selection: { targets: [...targets] }, act: next });
  return (
    <Box sx={{ display: 'flex', gap: 2, flexWrap: 'wrap' }}>
      <Choice
        label="What to do"
        value={act.kind}
        options={options}
        onChange={(kind) => {
          again(actOf(kind));
        }}
      />
      {act.kind === 'hold' ? (
        <Choice
          label="How long"
          value={String(act.forMs)}
          options={HOLDS}
          onChange={(forMs) => {
            again({ kind: 'hold', forMs: Number(forMs) });
          }}
        />
      ) : null}
    </Box>
  );
}
