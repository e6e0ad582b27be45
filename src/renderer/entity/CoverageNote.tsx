import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { Coverage } from '#shared/ipc/query-contract.ts';
import { bothTimes, dayTime, relativeTime, type Zone } from '../format/time.ts';
import { MINUTE } from '#shared/domain/lengths.ts';
import { useFromClock } from '../store/clock.ts';
import { useSettings } from '../store/settings-store.ts';

const MOST_GAPS = 3;
const FILLED = {
  stream: '; what happened was told afterwards',
  history: '; events were read afterwards',
} as const;
const exactTime = (at: number): string => bothTimes(at).split('\n')[0] ?? '';

function words(one: Coverage, now: number, zone: Zone): string {
  const asOf = one.asOf === null ? 'nothing mirrored yet' : `as of ${relativeTime(one.asOf, now)}`;
  // Of what was told afterwards nothing is missing.
  const long = one.gaps.filter(
    ({ from, to, filled }) => filled !== 'stream' && (to ?? now) - (from ?? 0) >= MINUTE,
  );
  const gaps = long.slice(-MOST_GAPS).map(({ from, to }) => {
    const end = to === null ? 'now' : dayTime(to, now, zone);
    return from === null ? `before ${end}` : `${dayTime(from, now, zone)}–${end}`;
  });
  const older = long.length > MOST_GAPS ? `${String(long.length - MOST_GAPS)} earlier, ` : '';
  const reading =
    one.history.is === 'loading'
      ? ', its past is still being read'
      : one.history.is === 'partly'
        ? ', its past was read only in part'
        : '';
  return `${one.name} ${asOf}${reading}${gaps.length === 0 ? '' : `, not watched ${older}${gaps.join(', ')}`}`;
}

/** What is the same in every environment is said once. */
function sentence(coverage: readonly Coverage[], now: number, zone: Zone): string {
  const all = coverage.map((one) => ({
    name: one.name,
    said: words({ ...one, name: '' }, now, zone).trim(),
  }));
  const [first] = all;
  if (first !== undefined && all.length > 1 && all.every(({ said }) => said === first.said)) {
    return `everything ${first.said}`;
  }
  return all.map(({ name, said }) => `${name} ${said}`).join(' · ');
}

/** As of when an answer is true in each environment, and when nobody watched. */
export function CoverageNote({ coverage }: { readonly coverage: readonly Coverage[] }): ReactNode {
  const zone = useSettings((state) => state.settings.timeZone);
  const text = useFromClock((now) => sentence(coverage, now, zone));
  const gaps = text.includes(', not watched ') || coverage.some((one) => one.asOf === null);
  const exact = coverage
    .flatMap((one) =>
      one.gaps.map(
        ({ from, to, why, filled }) =>
          `${one.name}: ${from === null ? '' : exactTime(from)} – ${to === null ? 'now' : exactTime(to)} (${why}${filled === null ? '' : FILLED[filled]})`,
      ),
    )
    .join('\n');
  return (
    <Box
      title={exact === '' ? undefined : exact}
      data-testid="coverage"
      sx={{ typography: 'caption', color: gaps ? 'severity.medium' : 'text.secondary' }}
    >
      {gaps ? `⚠ ${text}` : text}
    </Box>
  );
}
