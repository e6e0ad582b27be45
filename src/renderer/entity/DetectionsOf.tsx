import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import type { ReactNode } from 'react';
import type { DetectionFilter } from '#shared/ipc/detections-contract.ts';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { SeverityMark } from '../components/SeverityMark.tsx';
import { Waiting } from '../components/Waiting.tsx';
import { count } from '../format/words.ts';
import { useMaskedText } from '../parts/Address.tsx';
import { TimeAgo } from '../parts/TimeText.tsx';
import { useApp } from '../store/app-store.ts';
import { hrefOf } from '../store/route-store.ts';
import { useEngineQuery } from '../store/use-engine-query.ts';

const FEW = 12;
const EVERY_MS = 2_000;

/** Detections about an account or an address in a period, the newest first; each leads to its card. */
export function DetectionsOf(props: { readonly filter: DetectionFilter }): ReactNode {
  const masked = useMaskedText();
  const revision = useApp((state) => state.detections?.revision ?? 0);
  const answer = useEngineQuery(
    'detections.list',
    { filter: props.filter, sort: 'newest', limit: FEW },
    { revision, everyMs: EVERY_MS },
  );
  if (answer.is === 'failed') return <ProblemBox problem={answer.problem} />;
  if (answer.is === 'loading') return <Waiting lines={2} what="detections" />;
  const { rows, total } = answer.value;
  if (rows.length === 0)
    return <Box sx={{ color: 'text.secondary' }}>Nothing was flagged in this period.</Box>;
  return (
    <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none', display: 'grid', gap: 1 }}>
      {rows.map((row) => (
        <Box
          component="li"
          key={`${row.connection} ${row.id}`}
          sx={{ display: 'flex', gap: 2, alignItems: 'flex-start' }}
        >
          <SeverityMark severity={row.severity} faded={row.state === 'closed'} />
          <Box sx={{ flex: 1, minWidth: 0 }}>
            <Link href={hrefOf('detections', row.connection, row.id)}>{row.title}</Link>
            <Box sx={{ color: 'text.secondary', overflowWrap: 'anywhere' }}>{masked(row.summary)}</Box>
          </Box>
          <Box component="span" sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}>
            {row.state === 'open' ? null : `${row.state} · `}
            <TimeAgo at={row.lastAt} />
          </Box>
        </Box>
      ))}
      {total > rows.length ? <Box component="li">{`and ${count(total - rows.length)} older`}</Box> : null}
    </Box>
  );
}
