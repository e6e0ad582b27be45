import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { RiskThreshold } from '#shared/ipc/risk-contract.ts';
import { perWeek } from './risk-words.ts';

const [WIDTH, HEIGHT] = [600, 200];

/** Ticks of a logarithmic axis between two values: 1, 10, 100 … */
const decades = (least: number, most: number): readonly number[] => {
  const ticks: number[] = [];
  for (let tick = 10 ** Math.ceil(Math.log10(least)); tick <= most; tick *= 10) ticks.push(tick);
  return ticks;
};

/** Threshold against questions a week, the latter on a logarithmic scale; the chosen and the saved point stand out. */
export function RiskCurve(props: {
  readonly curve: readonly RiskThreshold[];
  readonly chosen: RiskThreshold | null;
  readonly saved: RiskThreshold | null;
}): ReactNode {
  const { curve, chosen, saved } = props;
  const asked = curve.filter(({ questionsPerWeek }) => questionsPerWeek > 0);
  const least = asked.reduce((low, { questionsPerWeek }) => Math.min(low, questionsPerWeek), Infinity) / 1.5;
  const most = asked.reduce((high, { questionsPerWeek }) => Math.max(high, questionsPerWeek), 0) * 1.1;
  if (asked.length === 0) return null;
  const x = (questions: number): number =>
    (WIDTH * (Math.log(Math.max(questions, least)) - Math.log(least))) / (Math.log(most) - Math.log(least));
  const y = (risk: number): number => HEIGHT - (HEIGHT * risk) / 100;
  const points = asked.map(
    ({ questionsPerWeek, risk }) => `${String(x(questionsPerWeek))},${String(y(risk))}`,
  );
  const spot = (at: RiskThreshold, colour: string, radius: number) => (
    <Box
      component="circle"
      cx={x(at.questionsPerWeek)}
      cy={y(at.risk)}
      r={radius}
      sx={{ fill: (theme) => theme.palette.background.default, stroke: colour, strokeWidth: 3 }}
    />
  );
  return (
    <Box
      component="svg"
      role="img"
      aria-label={`Risk to ask above, from ${perWeek(asked[0]?.questionsPerWeek ?? 0)} at ${String(asked[0]?.risk ?? 0)} to ${perWeek(asked.at(-1)?.questionsPerWeek ?? 0)} at ${String(asked.at(-1)?.risk ?? 0)}`}
      viewBox={`-34 -10 ${String(WIDTH + 44)} ${String(HEIGHT + 40)}`}
      sx={(theme) => ({
        width: '100%',
        maxWidth: '44rem',
        '& text': { ...theme.typography.caption, fill: theme.palette.text.secondary, fontSize: 13 },
        '& .grid': { stroke: theme.palette.divider },
        '& polyline': { stroke: theme.palette.primary.main },
      })}
    >
      {[0, 50, 80, 95].map((risk) => (
        <g key={risk}>
          <line className="grid" x1={0} x2={WIDTH} y1={y(risk)} y2={y(risk)} />
          <text x={-8} y={y(risk) + 4} textAnchor="end">
            {risk}
          </text>
        </g>
      ))}
      {decades(least, most).map((tick) => (
        <g key={tick}>
          <line className="grid" x1={x(tick)} x2={x(tick)} y1={0} y2={HEIGHT} />
          <text x={x(tick)} y={HEIGHT + 18} textAnchor="middle">
            {perWeek(tick)}
          </text>
        </g>
      ))}
      <polyline points={points.join(' ')} fill="none" strokeWidth={2} />
      {saved === null ? null : spot(saved, 'text.secondary', 5)}
      {chosen === null ? null : spot(chosen, 'primary.main', 7)}
    </Box>
  );
}
