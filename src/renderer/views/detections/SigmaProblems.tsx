import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { SigmaProblemView } from '#shared/ipc/sigma-contract.ts';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';

/** What of the rules cannot be used, by file and place. */
export function SigmaProblems({ problems }: { readonly problems: readonly SigmaProblemView[] }): ReactNode {
  return (
    <Table>
      <TableHead heads={['File', 'Rule', 'Where', 'What', 'So']} />
      <tbody>
        {problems.map(({ file, rule, where, message, kind }, n) => (
          <tr key={`${String(n)} ${file}`}>
            <td>{file}</td>
            <td>{rule ?? ''}</td>
            <Box component="td" sx={(theme) => ({ ...theme.typography.mono })}>
              {where}
            </Box>
            <td>{message}</td>
            <td className="name">
              {kind === 'error' ? 'the rule does not load' : 'it loads, with this reservation'}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
