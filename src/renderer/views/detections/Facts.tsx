import Box from '@mui/material/Box';
import { Fragment, type ReactNode } from 'react';
import type { DetectionDetail } from '#shared/ipc/detections-views.ts';
import { HourBars } from './HourBars.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { counted } from '../../format/words.ts';
import { CardSection } from './CardSection.tsx';
import { EvidenceText } from './EvidenceText.tsx';

/** The figures that stand alone. */
function FactList({ detail }: { readonly detail: DetectionDetail }): ReactNode {
  if (detail.facts.length === 0) return null;
  return (
    <CardSection title="Figures">
      <Box
        component="dl"
        sx={{
          m: 0,
          display: 'grid',
          // Of a narrow column the names take half: an address beside them stays whole.
          gridTemplateColumns: 'fit-content(52%) minmax(0, 1fr)',
          columnGap: 4,
          rowGap: 1,
        }}
      >
        {detail.facts.map(({ what, value, as }) => (
          <Fragment key={what}>
            <Box component="dt" sx={{ color: 'text.secondary' }}>
              {what}
            </Box>
            <Box component="dd" sx={{ m: 0, overflowWrap: 'anywhere' }}>
              <EvidenceText text={value} as={as} />
            </Box>
          </Fragment>
        ))}
      </Box>
    </CardSection>
  );
}

/** What the evidence counts and lists: figures, who was attacked how often, which sessions are open, what went before. */
export function Facts({ detail }: { readonly detail: DetectionDetail }): ReactNode {
  const { tables, hours } = detail;
  return (
    <>
      {tables.map(({ title, heads, rows, more }) => (
        <CardSection
          key={title}
          title={title}
          aside={more > 0 ? `the first ${String(rows.length)}` : String(rows.length)}
        >
          <Table>
            <TableHead heads={[...heads]} />
            <tbody>
              {rows.map((cells, index) => (
                <tr key={String(index)}>
                  {cells.map(({ text, as }, column) => (
                    <td key={heads[column]}>
                      <EvidenceText text={text} as={as} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </Table>
          {more > 0 ? (
            <Box sx={{ mt: 1, color: 'text.secondary' }}>{`and ${counted(more, 'more', 'more')}`}</Box>
          ) : null}
        </CardSection>
      ))}
      {hours === null ? null : (
        <CardSection title="Hours of this person’s sign-ins" aside="local time">
          <HourBars hours={hours} />
        </CardSection>
      )}
      <FactList detail={detail} />
    </>
  );
}
