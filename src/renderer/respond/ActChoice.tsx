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
const actOf = (kind: ResponseAct['kind']): ResponseAct =>
  kind === 'hold' ? { kind, forMs: HOUR } : { kind };

/** What is done: ended once, kept out for a time, or blocked in the store. Only for accounts, where the stores can. */
export function ActChoice({ asked }: { readonly asked: Asked }): ReactNode {
  const { selection, act } = asked;
  const targets = 'targets' in selection ? selection.targets : [];
  const accountsOnly = targets.length > 0 && targets.every(({ selector }) => 'accounts' in selector);
  const can = useApp((state) => {
    const able = (capability: string) =>
      targets.every(({ connection }) =>
        state.environments
          ?.find((environment) => environment.connection === connection)
          ?.hello?.store.capabilities.includes(capability),
      );
    return `${able('hold') ? 'hold ' : ''}${able('account.block') ? 'block' : ''}`;
  });
  if (!accountsOnly || can === '') return null;
  const options: (readonly [ResponseAct['kind'], string])[] = [['revoke', 'End their sessions']];
  if (can.includes('hold')) options.push(['hold', 'End them and every new one for a time']);
  if (can.includes('block')) options.push(['block', 'End them and block the account']);
  const again = (next: ResponseAct) => void previewAct({ ...asked, act: next });
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
          label="For how long"
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
