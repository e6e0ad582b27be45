import Box from '@mui/material/Box';
import { memo, type ReactNode } from 'react';
import type { AuditRow } from '#shared/ipc/views.ts';
import { TextButton } from '../../components/TextButton.tsx';
import { EnvironmentTag } from '../../parts/EnvironmentTag.tsx';
import { actionTitle, reasonText } from '../../format/actions.ts';
import { bothTimes, clockTime } from '../../format/time.ts';
import { count, deviceText, placeText } from '../../format/words.ts';
import { openPanel } from '../../store/selection-store.ts';
import { useSettings } from '../../store/settings-store.ts';

function titleOf(row: AuditRow, times: number): string {
  const title = actionTitle(row);
  if (times === 1) return title;
  if (row.action === 'login' && row.outcome === 'failure') return `${count(times)} failed sign-ins`;
  return `${title}, ${count(times)} times`;
}

const detailOf = (row: AuditRow): string =>
  [
    row.account?.name ?? null,
    row.place === null ? null : placeText(row.place),
    row.device === null ? null : deviceText(row.device),
    row.reason === null ? null : reasonText(row.reason),
    row.action === 'activity' ? row.message : null,
    row.actor === null ? null : `by ${row.actor}`,
  ]
    .filter((part) => part !== null && part !== '')
    .join(' · ');

function Line({ row, times }: { readonly row: AuditRow; readonly times: number }): ReactNode {
  const zone = useSettings((state) => state.settings.timeZone);
  const failed = row.outcome === 'failure';
  const { sessionId } = row;
  const detail = detailOf(row);
  return (
    <Box
      component="li"
      sx={{
        display: 'grid',
        gridTemplateColumns: 'max-content 1fr',
        columnGap: 2.5,
        px: 4,
        py: 1.5,
        borderBottom: 1,
        borderColor: 'divider',
      }}
    >
      <Box
        component="time"
        dateTime={new Date(row.at).toISOString()}
        title={bothTimes(row.at)}
        sx={(theme) => ({ ...theme.typography.mono, color: 'text.secondary' })}
      >
        {clockTime(row.at, zone)}
      </Box>
      <Box sx={{ minWidth: 0 }}>
        <Box sx={{ display: 'flex', gap: 2, alignItems: 'baseline' }}>
          {sessionId === null ? (
            <Box
              component="span"
              sx={{ flex: 1, fontWeight: 500, color: failed ? 'severity.high' : 'text.primary' }}
            >
              {titleOf(row, times)}
            </Box>
          ) : (
            <Box component="span" sx={{ flex: 1, fontWeight: 500 }}>
              <TextButton
                tone={failed ? 'failure' : 'plain'}
                onPress={() => {
                  openPanel({ connection: row.connection, id: sessionId });
                }}
              >
                {titleOf(row, times)}
              </TextButton>
            </Box>
          )}
          <Box component="span" sx={{ typography: 'caption', color: 'text.secondary', maxWidth: '45%' }}>
            <EnvironmentTag connection={row.connection} />
          </Box>
        </Box>
        <Box
          title={detail}
          sx={{
            color: 'text.secondary',
            overflow: 'hidden',
            display: '-webkit-box',
            WebkitLineClamp: 2,
            WebkitBoxOrient: 'vertical',
            overflowWrap: 'anywhere',
          }}
        >
          {detail}
        </Box>
      </Box>
    </Box>
  );
}

/** One thing that happened, or the same thing several times. */
export const FeedLine = memo(Line);
