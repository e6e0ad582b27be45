import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import type { ReactNode } from 'react';
import type { DetectionDetail } from '#shared/ipc/detections-views.ts';
import { ONE_LINE } from '../../components/one-line.ts';
import { SeverityMark } from '../../components/SeverityMark.tsx';
import { aboutText } from '../../format/detection-words.ts';
import { useMaskedText } from '../../parts/Address.tsx';
import { TimeOfDay } from '../../parts/TimeText.tsx';
import { keyOf } from '../../store/detection-store.ts';
import { hrefOf } from '../../store/route-store.ts';
import { CardSection } from './CardSection.tsx';

/** The attack as one story: what belongs to the same campaign, in event time, this one in its place. */
export function Story({ detail }: { readonly detail: DetectionDetail }): ReactNode {
  const { row, related } = detail;
  const masked = useMaskedText();
  if (related.length === 0) return null;
  const all = [...related.filter((one) => keyOf(one) !== keyOf(row)), row].sort(
    (a, b) => a.raisedAt - b.raisedAt,
  );
  return (
    <CardSection title="The story so far" aside={`${String(all.length)} detections that belong together`}>
      <Box
        component="ol"
        sx={{
          m: 0,
          p: 0,
          listStyle: 'none',
          display: 'grid',
          gridTemplateColumns: 'max-content max-content 1fr',
          columnGap: 2,
          rowGap: 1,
        }}
      >
        {all.map((one) => {
          const here = keyOf(one) === keyOf(row);
          return (
            <Box
              component="li"
              key={keyOf(one)}
              aria-current={here ? 'true' : undefined}
              sx={{ display: 'contents' }}
            >
              <Box component="span" sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}>
                <TimeOfDay at={one.raisedAt} />
              </Box>
              <SeverityMark severity={one.severity} />
              <Box
                component="span"
                sx={{
                  minWidth: 0,
                  ...ONE_LINE,
                  fontWeight: here ? 600 : 400,
                }}
                title={masked(one.summary)}
              >
                {here ? (
                  masked(`${one.title} · ${aboutText(one)} (this one)`)
                ) : (
                  <Link href={hrefOf('detections', one.connection, one.id)}>
                    {masked(`${one.title} · ${aboutText(one)}`)}
                  </Link>
                )}
              </Box>
            </Box>
          );
        })}
      </Box>
    </CardSection>
  );
}
