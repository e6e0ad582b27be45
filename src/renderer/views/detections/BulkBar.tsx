import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import type { DetectionRow } from '#shared/ipc/detections-views.ts';
import { KeyHint } from '../../components/KeyHint.tsx';
import { counted } from '../../format/words.ts';
import {
  clearDetections,
  forgetUndo,
  keyOf,
  showDialog,
  undoTriage,
  useDetections,
} from '../../store/detection-store.ts';
import { acknowledge, assignToMe } from './use-queue-keys.ts';

const bar = {
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  gap: 1,
  px: 3,
  py: 1,
  borderBottom: 1,
  borderColor: 'divider',
  bgcolor: 'surface.raised',
} as const;

/** What can be done with the selection; and what was done last, as long as it can be taken back. */
export function BulkBar({ rows }: { readonly rows: readonly DetectionRow[] }): ReactNode {
  const chosen = useDetections((state) => state.chosen);
  const undo = useDetections((state) => state.undo);
  const targets = [...chosen.values()];
  return (
    <>
      {chosen.size === 0 ? null : (
        <Box role="toolbar" aria-label="Selection" sx={bar}>
          <Box
            component="span"
            sx={{ flex: 1, fontWeight: 500, whiteSpace: 'nowrap' }}
          >{`${String(chosen.size)} selected`}</Box>
          {chosen.size < rows.length ? (
            <Button
              variant="text"
              onClick={() => {
                useDetections.setState({
                  chosen: new Map(
                    rows.map(({ connection, id }) => [keyOf({ connection, id }), { connection, id }]),
                  ),
                });
              }}
            >
              {`All ${counted(rows.length, 'row')}`}
            </Button>
          ) : null}
          <Button onClick={() => void acknowledge(targets)}>Acknowledge</Button>
          <Button onClick={() => void assignToMe(targets)}>Assign to me</Button>
          <Button
            onClick={() => {
              showDialog('close');
            }}
          >
            Close…
          </Button>
          <Button variant="text" onClick={clearDetections}>
            Clear
          </Button>
        </Box>
      )}
      {undo === null ? null : (
        <Box role="status" data-testid="undo-bar" sx={bar}>
          <Box component="span" sx={{ flex: 1 }}>{`${undo.words}.`}</Box>
          <Button variant="text" onClick={() => void undoTriage()}>
            Undo<KeyHint>u</KeyHint>
          </Button>
          <Button variant="text" aria-label="Keep it and hide this line" onClick={forgetUndo}>
            ✕
          </Button>
        </Box>
      )}
    </>
  );
}
