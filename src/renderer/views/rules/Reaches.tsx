import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import { Asked } from '../../parts/Asked.tsx';
import { EnvironmentTag } from '../../parts/EnvironmentTag.tsx';
import { counted } from '../../format/words.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';

/** Whom rules that are to be enforced would end now, for each environment. */
export function Reaches(props: {
  readonly targets: readonly { readonly connection: ConnectionId }[];
  readonly rules: readonly Rule[];
}): ReactNode {
  return (
    <Box data-testid="reaches">
      <Box sx={{ color: 'text.secondary' }}>Enforced, it would end now</Box>
      {props.targets.map(({ connection }) => (
        <Reach key={connection} connection={connection} rules={props.rules} />
      ))}
    </Box>
  );
}

function Reach(props: { readonly connection: ConnectionId; readonly rules: readonly Rule[] }): ReactNode {
  const { connection, rules } = props;
  const query = useEngineQuery('rules.simulateLive', { connection, rules: [...rules] });
  if (query.is !== 'ready') return <Asked answer={query} what="whom it would end" lines={1} />;
  const { effects } = query.value;
  const sum = (of: (effect: (typeof effects)[number]) => number) =>
    effects.reduce((total, effect) => total + of(effect), 0);
  const sessions = sum(({ agent, sessions: mirrored }) => agent?.sessions ?? mirrored);
  const own = sum((effect) => effect.own);
  const privileged = sum((effect) => effect.privileged);
  return (
    <Box sx={{ display: 'flex', gap: 3, py: 1, borderBottom: 1, borderColor: 'divider', flexWrap: 'wrap' }}>
      <EnvironmentTag connection={connection} tier="shown" />
      <Box sx={{ fontWeight: 600 }}>{counted(sessions, 'session')}</Box>
      {privileged === 0 ? null : <Box>{`${String(privileged)} privileged`}</Box>}
      {own === 0 ? null : (
        <Box sx={{ color: 'severity.high', fontWeight: 600 }}>{`${String(own)} of your own`}</Box>
      )}
    </Box>
  );
}
