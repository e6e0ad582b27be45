import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import type { DetectionName } from '#shared/domain/detection.ts';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { BackTestResult } from '#shared/ipc/detections-views.ts';
import { Figure } from '../../components/Figure.tsx';
import { count, counted } from '../../format/words.ts';
import { useFromClock } from '../../store/clock.ts';
import { barDays } from './back-test-days.ts';
import { BackTestChart } from './BackTestChart.tsx';
import { BackTestList } from './BackTestList.tsx';
import { DAY } from '#shared/domain/lengths.ts';

/** What a back-test found, and what it could not look at. */
export function BackTestAnswer(props: {
  readonly result: BackTestResult;
  readonly connection: ConnectionId;
  /** Start of what was tried; null for everything. */
  readonly from: number | null;
  readonly titleOf: (name: DetectionName) => string;
}): ReactNode {
  const { result, connection, from, titleOf } = props;
  const today = useFromClock((now) => Math.floor(now / DAY) * DAY);
  const { before, after, more, fewer, moreCount, fewerCount, events, ms } = result;
  const same = moreCount === 0 && fewerCount === 0;
  const seconds = ms / 1_000;
  return (
    <Box data-testid="back-test-answer" sx={{ display: 'grid', gap: 3, minWidth: 0 }}>
      {result.notCovered.length === 0 ? null : (
        <Typography sx={{ color: 'text.secondary' }}>
          {`Session detections are not covered: ${result.notCovered.map(titleOf).join(', ')}. They look at session activity, which the log of events does not hold.`}
        </Typography>
      )}
      {result.detections.length === 0 ? null : events === 0 ? (
        <Typography>Nothing to try it on: no event of this environment is mirrored yet.</Typography>
      ) : (
        <>
          <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 5 }}>
            <Figure name="would fire more">{count(moreCount)}</Figure>
            <Figure name="would fire no longer">{count(fewerCount)}</Figure>
            <Figure name="now">{count(before)}</Figure>
            <Figure name="with the change">{count(after)}</Figure>
          </Box>
          {same ? (
            <Typography>
              {before === 0
                ? 'Nothing fires in this time, neither now nor with the change.'
                : 'The change makes no difference in this time: the same detections fire.'}
            </Typography>
          ) : (
            <BackTestChart days={barDays(result.days, from, today)} />
          )}
          <BackTestList title="Would fire more" findings={more} total={moreCount} connection={connection} />
          <BackTestList
            title="Would fire no longer"
            findings={fewer}
            total={fewerCount}
            connection={connection}
          />
          {moreCount > 0 && fewerCount > 0 ? (
            <Typography variant="caption" sx={{ color: 'text.secondary' }}>
              What would be raised by another event than now stands in both lists.
            </Typography>
          ) : null}
        </>
      )}
      <Typography variant="caption" sx={{ color: 'text.secondary' }}>
        {`${counted(events, 'mirrored event')} twice in ${seconds < 10 ? seconds.toFixed(1) : count(Math.round(seconds))} s; looked at: ${
          result.detections.map(titleOf).join(', ') || 'none'
        }.${from === null ? '' : ' What is older than the time tried trains silently.'}`}
      </Typography>
    </Box>
  );
}
