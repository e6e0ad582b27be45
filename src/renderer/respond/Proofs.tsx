import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { returned, stillBack } from '#shared/protocol/came-back.ts';
import type { CommandView } from '#shared/ipc/views.ts';
import { TimeAgo } from '../parts/TimeText.tsx';
import { count, counted } from '../format/words.ts';

const CAUSES: Readonly<Record<string, string>> = {
  'in-flight-request': 'a request was under way',
  'remember-me': 'remember-me',
  'single-sign-on': 'single sign-on',
  unknown: 'cause not known',
};

/** The agent's later looks: still gone, or who came back and why. */
export function Proofs(props: {
  readonly proofs: CommandView['proofs'];
  readonly cameBack: number;
}): ReactNode {
  const last = props.proofs.at(-1);
  if (last === undefined) return null;
  const back = [...returned(props.proofs).values()];
  const causes = [...new Set(back.map(({ cause }) => CAUSES[cause] ?? cause))].join(', ');
  return (
    <Box sx={{ color: 'text.secondary' }} data-testid="receipt-proof">
      {last.final ? 'Last looked at again ' : 'Looked at again '}
      <TimeAgo at={last.at} />
      {`: ${count(last.stillGone)} still gone`}
      {props.cameBack === 0
        ? '.'
        : `, ${counted(props.cameBack, 'session')} came back (${causes}${
            stillBack(props.proofs).length === 0 ? '; ended again' : ''
          }).`}
    </Box>
  );
}
