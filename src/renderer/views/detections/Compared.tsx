import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { ComparedValue, DetectionDetail, KnownValue } from '#shared/ipc/detections-views.ts';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { Unknown } from '../../components/Unknown.tsx';
import { comparedName, comparedValue } from '../../format/detection-words.ts';
import { count, countryName } from '../../format/words.ts';
import { useMaskedText } from '../../parts/Address.tsx';
import { useSettings } from '../../store/settings-store.ts';
import { CardSection } from './CardSection.tsx';

/** What this person usually has, for the lines that can be told from the history. */
function usualOf(what: string, detail: DetectionDetail): readonly KnownValue[] | null {
  const { history } = detail;
  if (history === null) return null;
  const name = what.toLowerCase();
  if (/countr/.test(name)) return history.countries;
  if (/^(?:as org|organisation|provider)$/.test(name)) return history.networks;
  if (/^(?:device|browser|os|system|known devices)$/.test(name)) return history.devices;
  return null;
}

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

function Value(props: {
  readonly what: string;
  readonly value: string | null;
  readonly differs: boolean;
}): ReactNode {
  const { what, differs } = props;
  const zone = useSettings((state) => state.settings.timeZone);
  const masked = useMaskedText();
  const value = props.value === null ? null : masked(comparedValue(what, props.value, zone));
  if (value === null) return <Unknown why="Not recorded for this event" />;
  if (!differs) return value;
  return (
    <Box
      component="mark"
      sx={{
        color: 'text.primary',
        px: 1,
        mx: -1,
        borderRadius: 0.75,
        bgcolor: (theme) => `color-mix(in srgb, ${theme.vars.palette.severity.high} 22%, transparent)`,
      }}
    >
      {value}
    </Box>
  );
}

/** What was compared with what; values that differ are marked, also for those who see no colour. */
export function Compared({ detail }: { readonly detail: DetectionDetail }): ReactNode {
  const lines: readonly ComparedValue[] = detail.compared;
  if (lines.length === 0) return null;
  const usual = lines.map(({ what }) => usualOf(what, detail));
  const withBefore = lines.some(({ before }) => before !== null);
  const withUsual = usual.some((values) => values !== null);
  return (
    <CardSection
      title="What was compared"
      {...(lines.some(({ differs }) => differs) ? { aside: 'marked: different' } : {})}
    >
      <Table
        sx={{
          tableLayout: 'fixed',
          '& th:first-of-type': { width: '22%' },
          '& thead th': { whiteSpace: 'normal', verticalAlign: 'bottom' },
        }}
      >
        <TableHead
          heads={[
            { unseen: 'What' },
            ...(withBefore ? ['Before, or the limit'] : []),
            'Now',
            ...(withUsual ? ['Usual for this person'] : []),
          ]}
        />
        <tbody>
          {lines.map((line, index) => (
            <tr key={`${line.what} ${String(index)}`}>
              <Box component="th" scope="row" sx={{ color: 'text.secondary' }}>
                {comparedName(line.what)}
              </Box>
              {withBefore ? (
                <td>
                  <Value what={line.what} value={line.before} differs={false} />
                </td>
              ) : null}
              <td>
                <Value what={line.what} value={line.now} differs={line.differs} />
                {line.differs ? (
                  <Box component="span" sx={{ color: 'severity.high' }}>
                    {' ≠'}
                  </Box>
                ) : null}
              </td>
              {withUsual ? (
                <td>
                  <Usual values={usual[index] ?? null} isCountry={/countr/i.test(line.what)} />
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </Table>
    </CardSection>
  );
}
