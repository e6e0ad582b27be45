import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { RISK_LEVELS, riskLevel } from '#shared/domain/risk.ts';
import { DAY, epochMs } from '#shared/domain/lengths.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import type { AccountAt } from '#shared/ipc/people-views.ts';
import type { RiskHistory } from '#shared/ipc/risk-contract.ts';
import { AxisLabels } from '../../components/AxisLabels.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { exactTime, shortDate } from '../../format/time.ts';
import { counted } from '../../format/words.ts';
import { useApp } from '../../store/app-store.ts';
import { useSettings } from '../../store/settings-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';

const COLOURS = { usual: 'primary.main', some: 'severity.medium', much: 'severity.high' } as const;
const LINES = [50, RISK_LEVELS.some, RISK_LEVELS.much] as const;

function Chart(props: {
  readonly history: RiskHistory;
  readonly since: number;
  readonly until: number;
}): ReactNode {
  const { history, since, until } = props;
  const zone = useSettings((state) => state.settings.timeZone);
  const scored = history.points.flatMap((point) =>
    point.risk === null ? [] : [{ ...point, risk: point.risk }],
  );
  const worst = scored.reduce((most, { risk }) => Math.max(most, risk), 0);
  const marked = scored.filter(({ risk }) => riskLevel(risk) !== 'usual').length;
  const unscored = history.points.length - scored.length;
  return (
    <Box>
      <Box
        role="img"
        aria-label={`${counted(scored.length, 'scored sign-in')}, ${String(marked)} of them riskier than usual; the highest risk is ${String(worst)} of 100`}
        sx={{ position: 'relative', height: '6rem', mr: 5, borderBottom: 1, borderColor: 'divider' }}
      >
        {LINES.map((risk) => (
          <Box
            key={risk}
            sx={{
              position: 'absolute',
              left: 0,
              right: 0,
              borderTop: 1,
              borderColor: 'divider',
              borderTopStyle: 'dotted',
            }}
            style={{ bottom: `${String(risk)}%` }}
          >
            <Box
              component="span"
              sx={{
                position: 'absolute',
                left: '100%',
                pl: 1,
                typography: 'caption',
                color: 'text.secondary',
                transform: 'translateY(-50%)',
              }}
            >
              {risk}
            </Box>
          </Box>
        ))}
        {scored.map(({ connection, at, risk, learning }, index) => (
          <Box
            key={`${connection} ${String(at)} ${String(index)}`}
            title={`${exactTime(at, zone)}: risk ${String(risk)} of 100${learning ? ', while still learning this person' : ''}`}
            sx={{
              position: 'absolute',
              width: '0.4rem',
              height: '0.4rem',
              borderRadius: '50%',
              transform: 'translate(-50%, 50%)',
              boxSizing: 'border-box',
              border: 1,
              borderColor: COLOURS[riskLevel(risk)],
              bgcolor: learning ? 'transparent' : COLOURS[riskLevel(risk)],
            }}
            style={{
              left: `${String((100 * (at - since)) / Math.max(1, until - since))}%`,
              bottom: `${String(risk)}%`,
            }}
          />
        ))}
      </Box>
      <AxisLabels sx={{ mr: 5 }}>
        <span>{shortDate(since, zone)}</span>
        <span>{shortDate(until, zone)}</span>
      </AxisLabels>
      <Typography variant="caption" component="p" sx={{ m: 0, color: 'text.secondary' }}>
        {[
          '50 is as usual for this person; hollow: still being learned',
          ...(unscored === 0 ? [] : [`${counted(unscored, 'sign-in')} had nothing to be compared with`]),
          ...(history.total > history.points.length
            ? [`the newest ${String(history.points.length)} of ${String(history.total)}`]
            : []),
        ].join('; ')}
        .
      </Typography>
    </Box>
  );
}

/** How risky the person's sign-ins were, one dot each. */
export function PersonRisk(props: {
  readonly accounts: readonly AccountAt[];
  readonly since: EpochMs;
  readonly until: EpochMs;
}): ReactNode {
  // Whole days: the period moves on with every answer, the question need not.
  const { until } = props;
  const since = epochMs(Math.floor(props.since / DAY) * DAY);
  const revision = useApp((state) => state.revision);
  const accounts = props.accounts.map(({ connection, id }) => ({ connection, id }));
  const answer = useEngineQuery('risk.history', { accounts, since }, { revision, everyMs: 5_000 });
  if (answer.is === 'loading') return <Waiting what="risk" lines={3} />;
  if (answer.is === 'failed') return <ProblemBox flat problem={answer.problem} />;
  if (answer.value.points.length === 0)
    return (
      <Typography sx={{ color: 'text.secondary' }}>
        No sign-in of this period has a score: none is mirrored, or this store keeps no sign-ins.
      </Typography>
    );
  return <Chart history={answer.value} since={since} until={until} />;
}
