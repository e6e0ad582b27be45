import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { assertNever } from '#shared/domain/assert-never.ts';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { useSettings } from '../../store/settings-store.ts';
import { certificateText } from './certificate-words.ts';
import type { Tested } from '../../store/environment-form.ts';

/** What the agent answered when it was tried. */
export function TestResult(props: {
  readonly tested: Tested;
  readonly pinned: string;
  readonly onPin: (pin: string) => void;
}): ReactNode {
  const { tested, pinned } = props;
  const zone = useSettings((state) => state.settings.timeZone);
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
          {tested.certificate === null ? null : (
            <Box sx={{ display: 'flex', alignItems: 'center', gap: 3, pt: 2, color: 'text.secondary' }}>
              <span>{`Certificate: ${certificateText(tested.certificate, zone)}. Key ${tested.certificate.pin}.`}</span>
              {tested.certificate.pin === pinned ? (
                <span>pinned</span>
              ) : (
                <Button
                  onClick={() => {
                    if (tested.certificate !== null) props.onPin(tested.certificate.pin);
                  }}
                >
                  Pin this key
                </Button>
              )}
            </Box>
          )}
        </Box>
      );
    }
    default:
      return assertNever(tested);
  }
}
