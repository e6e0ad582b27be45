import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { assertNever } from '#shared/domain/assert-never.ts';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import type { Tested } from '../../store/environment-form.ts';

/** What the agent answered when it was tried. */
export function TestResult({ tested }: { readonly tested: Tested }): ReactNode {
  switch (tested.is) {
    case 'no':
      return null;
    case 'asking':
      return <Waiting what="the agent's answer" lines={1} />;
    case 'fails':
      return <ProblemBox problem={tested.problem} />;
    case 'works': {
      const { environment, operator, store } = tested.hello;
      return (
        <Box role="status" data-testid="test-works" sx={{ overflowWrap: 'anywhere' }}>
          {`It answers in ${String(Math.round(tested.ms))} ms: ${environment.name} (${environment.tier}), a ${store.kind} store, as ${operator.name} with ${operator.scopes.join(', ')}. Nothing was changed.`}
        </Box>
      );
    }
    default:
      return assertNever(tested);
  }
}
