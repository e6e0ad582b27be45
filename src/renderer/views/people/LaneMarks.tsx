import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import type { ReactNode } from 'react';
import { severityRank } from '#shared/domain/severity.ts';
import type { AccountAt } from '#shared/ipc/people-views.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { SeverityMark } from '../../components/SeverityMark.tsx';
import { bothTimes } from '../../format/time.ts';
import { useApp } from '../../store/app-store.ts';
import { accountAt } from '../../store/identity-actions.ts';
import { hrefOf } from '../../store/route-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';

/** Per cent of the axis at which an instant lies. */
export type Share = (at: number) => number;

const MOST = 50;
const EVERY_MS = 3_000;

/** Events as dots; what they are is said by what they stand on. One that failed is a ring. */
export function EventDots(props: { readonly events: readonly AuditRow[]; readonly share: Share }): ReactNode {
  return props.events.map(({ connection, id, at, action, outcome }) => (
    <Box
      key={`${connection} ${String(at)} ${id} ${action}`}
      aria-hidden="true"
      data-outcome={outcome}
      sx={{
        position: 'absolute',
        top: '50%',
        width: '5px',
        height: '5px',
        borderRadius: '50%',
        border: 1,
        borderColor: 'text.primary',
        bgcolor: outcome === 'failure' ? 'background.paper' : 'text.primary',
        transform: 'translate(-50%, -50%)',
        pointerEvents: 'none',
      }}
      style={{ left: `${String(props.share(at))}%` }}
    />
  ));
}

/** Detections about these accounts, each where it was seen last; a press opens its card. */
export function DetectionMarks(props: {
  readonly accounts: readonly AccountAt[];
  readonly since: number;
  readonly share: Share;
}): ReactNode {
  const revision = useApp((state) => state.detections?.revision ?? 0);
  const answer = useEngineQuery(
    'detections.list',
    {
      filter: { accounts: props.accounts.map(accountAt), since: props.since, include: ['retrospective'] },
      sort: 'newest',
      limit: MOST,
    },
    { revision, everyMs: EVERY_MS },
  );
  // That it could not be asked is said in the list of detections above.
  if (answer.is !== 'ready') return null;
  // Where two lie in one place, the worse lies on top.
  const worstLast = answer.value.rows.toSorted((a, b) => severityRank(a.severity) - severityRank(b.severity));
  return worstLast.map((row) => {
    const words = `${row.title}, ${bothTimes(row.lastAt).split('\n')[0] ?? ''}`;
    return (
      <Link
        key={`${row.connection} ${row.id}`}
        href={hrefOf('detections', row.connection, row.id)}
        title={words}
        aria-label={words}
        underline="none"
        sx={{ position: 'absolute', top: '50%', transform: 'translate(-50%, -50%)', lineHeight: 1 }}
        style={{ left: `clamp(0.7em, ${String(props.share(row.lastAt))}%, 100% - 0.7em)` }}
      >
        <SeverityMark severity={row.severity} faded={row.state === 'closed'} />
      </Link>
    );
  });
}
