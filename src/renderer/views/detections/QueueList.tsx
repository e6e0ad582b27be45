import Box from '@mui/material/Box';
import { memo, useEffect, useRef, type ReactNode } from 'react';
import type { DetectionRow } from '#shared/ipc/detections-views.ts';
import { BARE_BUTTON } from '../../components/bare-button.ts';
import { ONE_LINE } from '../../components/one-line.ts';
import { SeverityMark } from '../../components/SeverityMark.tsx';
import { aboutText, lineOf, STATE_WORDS } from '../../format/detection-words.ts';
import { counted } from '../../format/words.ts';
import { useMaskedText } from '../../parts/Address.tsx';
import { ColourSquare, useEnvironmentName } from '../../parts/EnvironmentTag.tsx';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { useApp } from '../../store/app-store.ts';
import {
  keyOf,
  openDetection,
  toggleDetection,
  useDetections,
  type QueueTab,
} from '../../store/detection-store.ts';
import type { QueueLine } from './queue-lines.ts';

/** Why a detection is not in the queue, in a word. */
function silencedWord(row: DetectionRow): string | null {
  if (row.withdrawnAt !== null) return 'taken back';
  if (row.filtered !== null) return 'filtered';
  if (row.suppressed !== null) return 'suppressed';
  return row.retrospective ? 'from the past' : null;
}

/** What the list does not say already of all that is in it. */
function standingOf(row: DetectionRow, tab: QueueTab): string {
  if (row.assignee !== null) return row.assignee;
  const word = silencedWord(row);
  if (word !== null) return tab === 'past' && row.retrospective ? '' : word;
  return row.state === 'open' ? '' : STATE_WORDS[row.state];
}

const Line = memo(function Line(props: {
  readonly row: DetectionRow;
  readonly inStory: boolean;
  readonly current: boolean;
  readonly chosen: boolean;
}): ReactNode {
  const { row, inStory, current, chosen } = props;
  const colour = useApp(
    (state) => state.environments?.find(({ connection }) => connection === row.connection)?.colour ?? 0,
  );
  const environment = useEnvironmentName()(row.connection);
  const masked = useMaskedText();
  const standing = standingOf(
    row,
    useDetections((state) => state.tab),
  );
  const holder = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (current) holder.current?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return (
    <Box
      component="li"
      ref={holder}
      data-testid="detection"
      data-chosen={chosen}
      sx={{
        display: 'flex',
        gap: 2,
        pl: inStory ? 5 : 3,
        pr: 3,
        py: 1.75,
        borderBottom: 1,
        borderLeft: 2,
        borderColor: 'divider',
        borderLeftColor: current ? 'primary.main' : 'transparent',
        bgcolor: current || chosen ? 'surface.selected' : 'transparent',
        '&:hover': { bgcolor: current || chosen ? 'surface.selected' : 'surface.hover' },
      }}
    >
      <Box
        component="input"
        type="checkbox"
        checked={chosen}
        aria-label={masked(`Select ${row.title}, ${aboutText(row)}`)}
        onChange={() => {
          toggleDetection(row);
        }}
        sx={{ m: 0, mt: 0.75, flex: 'none', accentColor: (theme) => theme.vars.palette.primary.main }}
      />
      <Box
        component="button"
        type="button"
        aria-current={current ? 'true' : undefined}
        onClick={() => {
          openDetection(row);
        }}
        sx={{
          ...BARE_BUTTON,
          flex: 1,
          minWidth: 0,
          display: 'flex',
          gap: 2,
          alignItems: 'flex-start',
        }}
      >
        <SeverityMark severity={row.severity} faded={row.state === 'closed' || silencedWord(row) !== null} />
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Box sx={{ display: 'flex', gap: 2, alignItems: 'baseline' }}>
            <Box sx={{ ...ONE_LINE, flex: 1, minWidth: 0, fontWeight: 500 }}>{row.title}</Box>
            <Box sx={{ flex: 'none', typography: 'caption', color: 'text.secondary' }}>
              <TimeAgo at={row.lastAt} />
            </Box>
          </Box>
          <Box sx={{ display: 'flex', gap: 2, alignItems: 'baseline', color: 'text.secondary' }}>
            <Box sx={{ ...ONE_LINE, flex: 1, minWidth: 0 }} title={masked(`${environment}: ${row.summary}`)}>
              <Box component="span" sx={{ mr: 1.5 }}>
                <ColourSquare index={colour} />
              </Box>
              {masked(lineOf(row))}
            </Box>
            {standing === '' ? null : (
              <Box sx={{ ...ONE_LINE, flex: 'none', maxWidth: '7.5rem', typography: 'caption' }}>
                {standing}
              </Box>
            )}
          </Box>
        </Box>
      </Box>
    </Box>
  );
});

function Story({ line }: { readonly line: Extract<QueueLine, { readonly is: 'story' }> }): ReactNode {
  const label = useMaskedText()(line.label);
  return (
    <Box
      component="li"
      data-testid="story"
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: 2,
        px: 3,
        py: 1,
        borderBottom: 1,
        borderColor: 'divider',
        bgcolor: 'surface.raised',
      }}
    >
      <SeverityMark severity={line.worst} />
      <Box
        component="h2"
        sx={{ m: 0, flex: 1, minWidth: 0, typography: 'h3', display: 'flex' }}
        title={label}
      >
        <Box
          component="button"
          type="button"
          onClick={() => {
            openDetection(line.opens);
          }}
          sx={{
            ...BARE_BUTTON,
            ...ONE_LINE,
            minWidth: 0,
            '&:hover': { textDecoration: 'underline' },
          }}
        >
          {label}
        </Box>
      </Box>
      <Box component="span" sx={{ typography: 'caption', color: 'text.secondary', whiteSpace: 'nowrap' }}>
        {counted(line.count, 'detection')} · <TimeAgo at={line.lastAt} />
      </Box>
    </Box>
  );
}

/** The queue: worst and newest first, what belongs together under one head. */
export function QueueList(props: {
  readonly lines: readonly QueueLine[];
  readonly current: string | null;
}): ReactNode {
  const chosen = useDetections((state) => state.chosen);
  return (
    <Box component="ul" aria-label="Detections" sx={{ m: 0, p: 0, listStyle: 'none' }}>
      {props.lines.map((line) =>
        line.is === 'story' ? (
          <Story key={line.key} line={line} />
        ) : (
          <Line
            key={line.key}
            row={line.row}
            inStory={line.inStory}
            current={props.current === line.key}
            chosen={chosen.has(keyOf(line.row))}
          />
        ),
      )}
    </Box>
  );
}
