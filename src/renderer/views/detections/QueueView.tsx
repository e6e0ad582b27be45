import Box from '@mui/material/Box';
import { useEffect, type ReactNode } from 'react';
import { severityRank } from '#shared/domain/severity.ts';
import { connectionIn } from '#shared/domain/plain-ids.ts';
import type { DetectionRow } from '#shared/ipc/detections-views.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { useApp } from '../../store/app-store.ts';
import { keyOf, useDetections, type DetectionKey } from '../../store/detection-store.ts';
import { hrefOf, useRoute } from '../../store/route-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { CloseDialog, NoteDialog } from './CloseDialog.tsx';
import { EvidenceCard } from './EvidenceCard.tsx';
import { QueuePane } from './QueuePane.tsx';
import { SuppressDialog } from './SuppressDialog.tsx';
import { targetsNow, useQueueKeys } from './use-queue-keys.ts';
import { useQueue } from './use-queue.ts';

const EVERY_MS = 2_000;

/** The detection that the address names: `#/detections/<connection>/<id>`. */
function keyOfRoute(rest: readonly string[]): DetectionKey | null {
  const [first, id] = rest;
  const connection = connectionIn(first);
  return connection !== null && id !== undefined ? { connection, id } : null;
}

/** The worst of the queue, the first where several are: a story begins with what happened first. */
const worstOf = (rows: readonly DetectionRow[]): DetectionRow | undefined =>
  rows.reduce<DetectionRow | undefined>(
    (worst, row) =>
      worst === undefined || severityRank(row.severity) > severityRank(worst.severity) ? row : worst,
    undefined,
  );

/** The queue on the left, everything about one detection on the right. */
export function QueueView(): ReactNode {
  const rest = useRoute((route) => route.rest);
  const named = keyOfRoute(rest);
  const queue = useQueue();
  const rows = queue.is === 'ready' ? queue.value.rows : [];
  const worst = worstOf(rows);
  const dialog = useDetections((state) => state.dialog);
  const done = useDetections((state) => state.done);
  const revision = useApp((state) => state.detections?.revision ?? 0) + done;
  // Where the address names none, the worst stands open; the address follows, so that back works.
  useEffect(() => {
    if (named === null && worst !== undefined) {
      window.history.replaceState(null, '', hrefOf('detections', worst.connection, worst.id));
      useRoute.setState({ rest: [worst.connection, worst.id] });
    }
  }, [named, worst]);
  const answer = useEngineQuery('detections.get', named, { revision, everyMs: EVERY_MS });
  const detail = answer.is === 'ready' ? answer.value : null;
  useQueueKeys(rows, named);
  const targets = targetsNow(named);
  return (
    <Box sx={{ flex: 1, minHeight: 0, display: 'flex' }}>
      <QueuePane queue={queue} current={named === null ? null : keyOf(named)} />
      <Box
        role="region"
        aria-label="Evidence"
        tabIndex={0}
        sx={{ flex: 1, minWidth: 0, overflowY: 'auto', containerType: 'inline-size', containerName: 'card' }}
      >
        {answer.is === 'failed' ? <ProblemBox flat problem={answer.problem} onAgain={answer.again} /> : null}
        {named !== null && answer.is === 'loading' ? <Waiting what="the evidence" lines={12} /> : null}
        {named !== null && answer.is === 'ready' && detail === null ? (
          <EmptyState title="This detection is not there any more">
            Its environment was removed with its data, or the link is of another profile. Choose one on the
            left.
          </EmptyState>
        ) : null}
        {named === null && queue.is === 'ready' ? (
          <EmptyState title="No detection is open">
            The evidence of a detection stands here: what happened, why it is unusual, why it is not a VPN or
            a phone, and what to do.
          </EmptyState>
        ) : null}
        {detail === null ? null : <EvidenceCard detail={detail} />}
      </Box>
      {dialog === 'close' && targets.length > 0 ? <CloseDialog targets={targets} /> : null}
      {dialog === 'note' && targets.length > 0 ? <NoteDialog targets={targets} /> : null}
      {dialog === 'suppress' && detail !== null ? <SuppressDialog detail={detail} /> : null}
    </Box>
  );
}
