import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { filterName } from '#shared/domain/filter-words.ts';
import type { DetectionDetail } from '#shared/ipc/detections-views.ts';
import { Table } from '../../components/Table.tsx';
import { useMaskedText } from '../../parts/Address.tsx';
import { CardSection } from './CardSection.tsx';

/** Which harmless explanations were looked at, and why each does or does not fit. */
export function Considered({ detail }: { readonly detail: DetectionDetail }): ReactNode {
  const masked = useMaskedText();
  const considered = [...detail.filtersConsidered].sort((a, b) => Number(b.applied) - Number(a.applied));
  const silenced = considered.some(({ applied }) => applied);
  return (
    <CardSection title={silenced ? 'Why it is silenced' : 'Why it is not filtered'}>
      {considered.length === 0 ? (
        <Box sx={{ color: 'text.secondary' }}>This detection has no filters.</Box>
      ) : (
        <Table>
          <tbody>
            {considered.map(({ filter, applied, reason }) => (
              <tr key={filter}>
                <Box component="th" scope="row" sx={{ whiteSpace: 'nowrap' }}>
                  {filterName(filter)}
                </Box>
                <Box
                  component="td"
                  sx={{
                    whiteSpace: 'nowrap',
                    fontWeight: applied ? 600 : 400,
                    color: applied ? 'severity.medium' : 'text.secondary',
                  }}
                >
                  {applied ? 'yes' : 'no'}
                </Box>
                <Box component="td" sx={{ color: 'text.secondary' }}>
                  {masked(reason)}
                </Box>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </CardSection>
  );
}
