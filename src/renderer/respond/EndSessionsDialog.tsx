import Dialog from '@mui/material/Dialog';
import Button from '@mui/material/Button';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useDeferredValue, type ReactNode } from 'react';
import { assertNever } from '#shared/domain/assert-never.ts';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { Waiting } from '../components/Waiting.tsx';
import { closeRespond, previewAct, useRespond, type Respond } from '../store/respond-store.ts';
import { PreviewStep } from './PreviewStep.tsx';
import { ReceiptStep } from './ReceiptStep.tsx';

type Open = Exclude<Respond, { readonly is: 'closed' }>;

function Step({ respond }: { readonly respond: Open }): ReactNode {
  switch (respond.is) {
    case 'asking':
      return (
        <>
          <DialogTitle id="respond-title">Asking the agents what this would end…</DialogTitle>
          <DialogContent>
            <Waiting what="the preview" lines={3} />
          </DialogContent>
          <DialogActions>
            <Button onClick={closeRespond}>Cancel</Button>
          </DialogActions>
        </>
      );
    case 'unanswered':
      return (
        <>
          <DialogTitle id="respond-title">Nothing was ended</DialogTitle>
          <DialogContent>
            <ProblemBox problem={respond.problem} />
          </DialogContent>
          <DialogActions>
            <Button onClick={closeRespond}>Close</Button>
            <Button onClick={() => void previewAct(respond.asked)}>Ask again</Button>
          </DialogActions>
        </>
      );
    case 'previewed':
    case 'sending':
      return (
        <PreviewStep
          key={respond.preview.operation}
          asked={respond.asked}
          preview={respond.preview}
          sending={respond.is === 'sending'}
          problem={respond.is === 'previewed' ? respond.problem : null}
        />
      );
    case 'receipt':
      return <ReceiptStep operation={respond.operation} />;
    default:
      return assertNever(respond);
  }
}

/** What stands there at once, before anything that takes longer to draw. */
const beginningOf = (now: Open): Open => ('asked' in now ? { is: 'asking', asked: now.asked } : now);

/** Ending sessions, always in this order: preview, reason, named button, receipt. */
export function EndSessionsDialog(): ReactNode {
  const now = useRespond((state) => state.respond);
  // A preview of many environments is drawn in slices, while the window answers; nothing waits for it to begin or to end.
  const later = useDeferredValue(now);
  if (now.is === 'closed') return null;
  const respond = now.is === 'asking' || later.is === 'closed' ? beginningOf(now) : later;
  return (
    <Dialog
      open
      maxWidth="sm"
      aria-labelledby="respond-title"
      onClose={(_event, reason) => {
        // A stray click beside it must not throw a written reason away.
        if (reason === 'escapeKeyDown' && now.is !== 'sending') closeRespond();
      }}
    >
      <Step respond={respond} />
    </Dialog>
  );
}
