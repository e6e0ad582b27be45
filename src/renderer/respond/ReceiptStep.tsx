import Button from '@mui/material/Button';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Typography from '@mui/material/Typography';
import { useEffect, type ReactNode } from 'react';
import type { OperationId } from '#shared/domain/ids.ts';
import { Waiting } from '../components/Waiting.tsx';
import { totalsOf } from '../format/operation-words.ts';
import { receiptTitle } from './receipt-words.ts';
import { useApp } from '../store/app-store.ts';
import { announce } from '../store/notice-store.ts';
import { goTo } from '../store/route-store.ts';
import { closeRespond } from '../store/respond-store.ts';
import { Receipt } from './Receipt.tsx';

/** What became of it, as it happens. Closing stops nothing: the receipt stays under Response. */
export function ReceiptStep({ operation: id }: { readonly operation: OperationId }): ReactNode {
  const operation = useApp((state) => state.operations?.find((known) => known.id === id));
  const totals = operation === undefined ? null : totalsOf(operation);
  const title = totals === null ? 'Receipt' : receiptTitle(totals);
  const underWay = totals?.underWay ?? true;
  useEffect(() => {
    if (!underWay) announce(title);
  }, [underWay, title]);
  return (
    <>
      <DialogTitle id="respond-title">{title}</DialogTitle>
      <DialogContent>
        {operation === undefined ? (
          <Waiting what="the receipt" lines={3} />
        ) : (
          <>
            <Typography sx={{ color: 'text.secondary', mb: 3, overflowWrap: 'anywhere' }}>
              {`“${operation.reason}”, ${operation.by}`}
            </Typography>
            <Receipt operation={operation} />
          </>
        )}
      </DialogContent>
      <DialogActions>
        <Button
          onClick={() => {
            closeRespond();
            goTo('response');
          }}
        >
          Open Response
        </Button>
        <Button variant="contained" color="primary" autoFocus onClick={closeRespond}>
          Close
        </Button>
      </DialogActions>
    </>
  );
}
