import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { ComparedValue, DetectionDetail, KnownValue } from '#shared/ipc/detections-views.ts';
import { Differs } from '../../entity/Differs.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { Unknown } from '../../components/Unknown.tsx';
import { count, countryName } from '../../format/words.ts';
import { EvidenceText } from './EvidenceText.tsx';
import { CardSection } from './CardSection.tsx';

/** What this person usually has, for the lines that can be told from the history. */
const usualOf = ({ usual }: ComparedValue, { history }: DetectionDetail): readonly KnownValue[] | null =>
  history === null || usual === undefined ? null : history[usual];

function Usual({
  values,
  isCountry,
}: {
  readonly values: readonly KnownValue[] | null;
  readonly isCountry: boolean;
}): ReactNode {
  if (values === null) return null;
  const shown = values.slice(0, 2);
  if (shown.length === 0) return <Unknown why="Nothing is mirrored from before" />;
  return shown.map(({ value, signIns }, index) => (
    <Box
      component="span"
      key={value}
      sx={{ display: 'block', color: index === 0 ? 'text.primary' : 'text.secondary' }}
    >
      {isCountry ? countryName(value) : value}
      <Box component="span" sx={{ color: 'text.secondary' }}>{` ${count(signIns)}×`}</Box>
    </Box>
  ));
}

function Now({ line }: { readonly line: ComparedValue }): ReactNode {
  const value = <EvidenceText text={line.now} as={line.as} />;
  return line.differs ? <Differs>{value}</Differs> : value;
}

/** What was compared with what; values that differ are marked, also for those who see no colour. */
export function Compared({ detail }: { readonly detail: DetectionDetail }): ReactNode {
  const lines: readonly ComparedValue[] = detail.compared;
  if (lines.length === 0) return null;
  const usual = lines.map((line) => usualOf(line, detail));
  const withUsual = usual.some((values) => values !== null);
  return (
    <CardSection
      title="What was compared"
      {...(lines.some(({ differs }) => differs) ? { aside: 'marked: different' } : {})}
    >
      <Table
        sx={{
          tableLayout: 'fixed',
          // So that an IPv4 address stays whole in the narrowest card.
          '& th:first-of-type': { width: '16%' },
          '& th, & td': { px: 1 },
          '& thead th': { whiteSpace: 'normal', verticalAlign: 'bottom' },
        }}
      >
        <TableHead
          heads={[
            { unseen: 'What' },
            'Before, or the limit',
            'Now',
            ...(withUsual ? ['Usual for this person'] : []),
          ]}
        />
        <tbody>
          {lines.map((line, index) => (
            <tr key={`${line.what} ${String(index)}`}>
              <Box component="th" scope="row" sx={{ color: 'text.secondary' }}>
                {line.what}
              </Box>
              <td>
                <EvidenceText text={line.before} as={line.as} />
              </td>
              <td>
                <Now line={line} />
              </td>
              {withUsual ? (
                <td>
                  <Usual values={usual[index] ?? null} isCountry={line.usual === 'countries'} />
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </Table>
    </CardSection>
  );
}
