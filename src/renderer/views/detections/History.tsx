import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import type { DetectionDetail, KnownValue } from '#shared/ipc/detections-views.ts';
import { ONE_LINE } from '../../components/one-line.ts';
import { DayBars } from '../../components/DayBars.tsx';
import { count, counted, countryName } from '../../format/words.ts';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { useSettings } from '../../store/settings-store.ts';
import { CardSection } from './CardSection.tsx';

const SHOWN = 4;
const same = (value: string): string => value;

function Known(props: {
  readonly title: string;
  readonly values: readonly KnownValue[];
  readonly words?: (value: string) => string;
}): ReactNode {
  const { title, values } = props;
  const words = props.words ?? same;
  if (values.length === 0) return null;
  return (
    <Box>
      <Typography variant="caption" component="h4" sx={{ m: 0, color: 'text.secondary' }}>
        {values.length > SHOWN ? `${title} (${String(SHOWN)} of ${String(values.length)})` : title}
      </Typography>
      <Box
        component="ul"
        sx={{
          m: 0,
          p: 0,
          listStyle: 'none',
          display: 'grid',
          gridTemplateColumns: '1fr auto auto',
          columnGap: 2,
        }}
      >
        {values.slice(0, SHOWN).map(({ value, signIns, last }) => (
          <Box component="li" key={value} sx={{ display: 'contents' }}>
            <Box component="span" title={words(value)} sx={ONE_LINE}>
              {words(value)}
            </Box>
            <Box component="span" sx={{ textAlign: 'right' }}>{`${count(signIns)}×`}</Box>
            <Box component="span" sx={{ textAlign: 'right', color: 'text.secondary' }}>
              <TimeAgo at={last} />
            </Box>
          </Box>
        ))}
      </Box>
    </Box>
  );
}

/** What the person did before: sign-ins by day, and the countries, networks and devices they came from. */
export function History(props: { readonly detail: DetectionDetail; readonly who: string }): ReactNode {
  const { detail, who } = props;
  const zone = useSettings((state) => state.settings.timeZone);
  const { history } = detail;
  if (history === null) return null;
  const { from, stepMs, signIns, failures } = history.days;
  const total = signIns.reduce((sum, value) => sum + value, 0);
  const failed = failures.reduce((sum, value) => sum + value, 0);
  return (
    <CardSection
      title={`When ${who} signs in`}
      aside={`${counted(total, 'sign-in')}, ${counted(failed, 'failure')} in ${counted(signIns.length, 'day')}`}
    >
      <Box sx={{ mb: 2 }}>
        <DayBars
          zone={zone}
          days={signIns.map((value, index) => ({
            at: from + index * stepMs,
            signIns: value,
            failures: failures[index] ?? 0,
          }))}
        />
      </Box>
      <Box sx={{ display: 'grid', gap: 2 }}>
        <Known title="Countries" values={history.countries} words={countryName} />
        <Known title="Networks" values={history.networks} />
        <Known title="Devices" values={history.devices} />
      </Box>
    </CardSection>
  );
}
