import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { filterName } from '#shared/domain/filter-words.ts';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { count } from '../../format/words.ts';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { useApp } from '../../store/app-store.ts';
import { useDetections } from '../../store/detection-store.ts';
import { hrefOf } from '../../store/route-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { joinFigures, type JoinedFigures } from './join-figures.ts';

const EVERY_MS = 2_000;

function Reasons({
  by,
  words = (name) => name,
}: {
  readonly by: Readonly<Record<string, number>>;
  readonly words?: (name: string) => string;
}): ReactNode {
  const entries = Object.entries(by)
    .filter(([, times]) => times > 0)
    .sort(([, a], [, b]) => b - a);
  const total = entries.reduce((sum, [, times]) => sum + times, 0);
  if (total === 0)
    return (
      <Box component="span" sx={{ color: 'text.disabled' }}>
        0
      </Box>
    );
  return (
    <>
      {count(total)}
      <Box component="span" sx={{ color: 'text.secondary', ml: 2 }}>
        {entries.map(([name, times]) => `${words(name)} ${count(times)}`).join(' · ')}
      </Box>
    </>
  );
}

function Summary({ figures }: { readonly figures: JoinedFigures }): ReactNode {
  const facts: readonly (readonly [string, string])[] = [
    ['Events evaluated', count(figures.ingested)],
    ['Repeated', count(figures.repeated)],
    ['Too late', count(figures.beyondHorizon)],
    ['Clock off', count(figures.skewed)],
  ];
  return (
    <Box sx={{ display: 'flex', gap: 6, px: 4, py: 3, borderBottom: 1, borderColor: 'divider' }}>
      <Box component="dl" aria-label="Events" sx={{ display: 'flex', gap: 6, m: 0 }}>
        {facts.map(([name, value]) => (
          <Box key={name}>
            <Typography variant="label" component="dt" sx={{ color: 'text.secondary' }}>
              {name}
            </Typography>
            <Typography variant="figure" component="dd" sx={{ m: 0 }}>
              {value}
            </Typography>
          </Box>
        ))}
      </Box>
      <Box sx={{ alignSelf: 'end', color: 'text.secondary' }}>
        {figures.since === null ? null : (
          <>
            counted since <TimeAgo at={figures.since} />
          </>
        )}
      </Box>
    </Box>
  );
}

/** What every detection looked at and why it kept quiet: silence can be trusted only when this says so. */
export function FiguresView(): ReactNode {
  const connection = useDetections((state) => state.connection);
  const revision = useApp((state) => state.revision + (state.detections?.revision ?? 0));
  const figures = useEngineQuery(
    'detections.figures',
    connection === null ? {} : { connections: [connection] },
    { revision, everyMs: EVERY_MS },
  );
  const catalogue = useEngineQuery('detections.catalogue', {});
  if (figures.is === 'failed') {
    return <ProblemBox flat problem={figures.problem} onAgain={figures.again} />;
  }
  if (figures.is === 'loading' || catalogue.is !== 'ready') return <Waiting what="figures" lines={14} />;
  const joined = joinFigures(figures.value);
  return (
    <Box
      role="region"
      aria-label="Figures"
      tabIndex={0}
      sx={{ flex: 1, minHeight: 0, overflow: 'auto', bgcolor: 'background.paper' }}
    >
      {joined.faults === 0 ? null : (
        <ProblemBox
          flat
          problem={{
            code: 'DETECT_FAULTS',
            message: `${count(joined.faults)} batches could not be evaluated because of a fault of this program; what they hold is stored and shown.`,
            advice: 'Please report it with the log file.',
          }}
        />
      )}
      <Summary figures={joined} />
      <Table sx={{ '& thead th': { position: 'sticky', top: 0, bgcolor: 'background.paper' } }}>
        <TableHead
          heads={[
            'Detection',
            { number: 'Evaluated' },
            { number: 'Fired' },
            'Filtered, by filter',
            'Not evaluable, and why',
          ]}
        />
        <tbody>
          {catalogue.value.map(({ name, title, setting, logic }) => {
            const own = joined.detections[name];
            const idle =
              own === undefined || (own.evaluated === 0 && Object.keys(own.notEvaluable).length === 0);
            return (
              <tr key={name}>
                <Box component="th" scope="row" title={logic} sx={{ whiteSpace: 'nowrap' }}>
                  <Link href={hrefOf('detections', 'tuning', setting)}>{title}</Link>
                </Box>
                <Box
                  component="td"
                  className="number"
                  sx={{ color: idle ? 'text.disabled' : 'text.primary' }}
                >
                  {own === undefined ? 'off' : count(own.evaluated)}
                </Box>
                <Box component="td" className="number" sx={{ fontWeight: (own?.fired ?? 0) > 0 ? 600 : 400 }}>
                  {count(own?.fired ?? 0)}
                </Box>
                <td>
                  <Reasons by={own?.filtered ?? {}} words={filterName} />
                </td>
                <td>
                  <Reasons by={own?.notEvaluable ?? {}} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </Table>
    </Box>
  );
}
