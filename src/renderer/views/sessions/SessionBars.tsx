import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { memo, useCallback, type ReactNode } from 'react';
import { Bars } from '../../components/Bars.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { count, counted } from '../../format/words.ts';
import { narrowedTo, type Stretch } from '../../store/began-search.ts';
import { useSessionsFilter } from '../../store/session-filter.ts';
import { useSettings } from '../../store/settings-store.ts';
import { useSessionBars } from '../../store/use-session-bars.ts';
import { useWhatIsRead } from '../../store/what-is-read.ts';

/** As high as the bars are, so that the list stays where it is when they come. */
function Instead({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <Box sx={{ bgcolor: 'background.paper', borderBottom: 1, borderColor: 'divider', minHeight: '4.5rem' }}>
      {children}
    </Box>
  );
}

function View(): ReactNode {
  const shown = useSessionsFilter();
  const zone = useSettings((state) => state.settings.timeZone);
  const read = useWhatIsRead(shown.connections);
  const bars = useSessionBars(shown);
  const choose = useCallback((stretch: Stretch) => {
    useSessionsFilter.setState(({ search }) => ({ search: narrowedTo(search, stretch) }));
  }, []);
  // What there is to do before anything was read is said in the list.
  if (read !== 'something') return null;
  switch (bars.is) {
    case 'waiting':
      return (
        <Instead>
          <Waiting lines={1} what="when they began" />
        </Instead>
      );
    case 'none':
      return (
        <Instead>
          <Typography variant="caption" component="p" role="status" sx={{ px: 4, py: 2, m: 0 }}>
            {bars.unknown === 0
              ? 'No session is listed, so there is nothing to show of when they began.'
              : `Of ${counted(bars.unknown, 'session')} the store keeps no beginning.`}
          </Typography>
        </Instead>
      );
    case 'failed':
      return <ProblemBox flat problem={bars.problem} onAgain={bars.again} />;
    case 'ready':
      return (
        <Bars
          of="session"
          from={bars.from}
          stepMs={bars.stepMs}
          counts={bars.histogram.counts}
          countedFrom={bars.histogram.countedFrom}
          done={bars.histogram.done}
          note={bars.unknown === 0 ? '' : `, ${count(bars.unknown)} more of no known beginning`}
          zone={zone}
          onChoose={choose}
        />
      );
  }
}

/** When the listed sessions began; a stretch that is drawn out narrows the list to those that began in it. */
export const SessionBars = memo(View);
