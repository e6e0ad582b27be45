import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { SuppressionScope } from '#shared/ipc/detections-contract.ts';
import type { DetectionRow } from '#shared/ipc/detections-views.ts';
import { ONE_LINE } from '../../components/one-line.ts';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { SeverityMark } from '../../components/SeverityMark.tsx';
import { aboutText } from '../../format/detection-words.ts';
import { count, counted } from '../../format/words.ts';
import { useMaskedText } from '../../parts/Address.tsx';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { keyOf } from '../../store/detection-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';

export interface ScopeChoice {
  readonly detection: boolean;
  readonly account: boolean;
  readonly ip: boolean;
  readonly country: boolean;
  readonly everywhere: boolean;
}

/** The scope that the ticked lines mean; null when nothing would bound it. */
export function scopeOf(row: DetectionRow, choice: ScopeChoice): SuppressionScope | null {
  const [person] = row.people;
  const parts = {
    ...(choice.detection ? { detection: row.detection } : {}),
    ...(choice.account && person !== undefined ? { account: person.id } : {}),
    ...(choice.ip && row.ip !== null ? { ip: row.ip } : {}),
    ...(choice.country && row.country !== null ? { country: row.country } : {}),
  };
  if (Object.keys(parts).length === 0) return null;
  return { connection: choice.everywhere && !choice.account ? null : row.connection, ...parts };
}

/** What a suppression would silence besides the detection at hand. */
export function Reach(props: {
  readonly scope: SuppressionScope | null;
  readonly except: DetectionRow;
}): ReactNode {
  const { scope, except } = props;
  const masked = useMaskedText();
  const answer = useEngineQuery('suppressions.preview', scope === null ? null : { scope });
  if (scope === null) {
    return (
      <Box sx={{ color: 'severity.medium' }}>
        Tick at least one line: nothing ticked would silence everything.
      </Box>
    );
  }
  if (answer.is === 'failed') return <ProblemBox problem={answer.problem} />;
  if (answer.is === 'loading')
    return <Box sx={{ color: 'text.secondary' }}>Looking what else this would silence…</Box>;
  const { matching, open, byDetection, sample } = answer.value;
  const others = sample.filter((row) => keyOf(row) !== keyOf(except));
  const alone = matching <= 1;
  return (
    <Box
      role="status"
      data-testid="reach"
      sx={{ px: 3, py: 2, bgcolor: 'surface.plain', borderRadius: 1, border: 1, borderColor: 'divider' }}
    >
      <Box sx={{ fontWeight: 500 }}>
        {alone
          ? 'In what is mirrored it would silence this detection and nothing else.'
          : `It would also silence ${counted(matching - 1, 'other detection')}, ${count(Math.max(0, open - 1))} of them open.`}
      </Box>
      {byDetection.length > 1 ? (
        <Box sx={{ color: 'text.secondary' }}>
          {byDetection
            .map(({ detection, count: times }) => `${detection.replaceAll('_', ' ')} ${count(times)}`)
            .join(', ')}
        </Box>
      ) : null}
      <Box component="ul" sx={{ m: 0, mt: others.length === 0 ? 0 : 1, p: 0, listStyle: 'none' }}>
        {others.slice(0, 5).map((row) => (
          <Box component="li" key={keyOf(row)} sx={{ display: 'flex', gap: 2, alignItems: 'center' }}>
            <SeverityMark severity={row.severity} />
            <Box
              component="span"
              sx={{
                flex: 1,
                minWidth: 0,
                ...ONE_LINE,
              }}
            >
              {masked(`${row.title} · ${aboutText(row)}`)}
            </Box>
            <TimeAgo at={row.lastAt} />
          </Box>
        ))}
      </Box>
    </Box>
  );
}
