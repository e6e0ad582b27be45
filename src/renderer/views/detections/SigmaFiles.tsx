import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import type { SigmaRulesView } from '#shared/ipc/sigma-contract.ts';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { SeverityMark } from '../../components/SeverityMark.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { count } from '../../format/words.ts';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { removeSigmaFile } from '../../store/sigma-actions.ts';
import { useTask } from '../../store/use-task.ts';

function Line(props: {
  readonly file: SigmaRulesView['files'][number];
  readonly rules: SigmaRulesView['rules'];
  readonly problems: number;
}): ReactNode {
  const { file, rules, problems } = props;
  const task = useTask();
  return (
    <tr>
      <td>
        {file.name}
        {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      </td>
      <td>
        {rules.length === 0 ? (
          <Box component="span" sx={{ color: 'text.secondary' }}>
            nothing of it loads
          </Box>
        ) : (
          <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none', display: 'grid', gap: 0.5 }}>
            {rules.map(({ id, title, severity, is }) => (
              <Box component="li" key={id} sx={{ display: 'flex', gap: 2, alignItems: 'baseline' }}>
                <SeverityMark severity={severity} />
                <span>{title}</span>
                {is === 'correlation' ? (
                  <Box component="span" sx={{ typography: 'caption', color: 'text.secondary' }}>
                    correlation
                  </Box>
                ) : null}
              </Box>
            ))}
          </Box>
        )}
      </td>
      <td className="number">{problems === 0 ? '' : count(problems)}</td>
      <td className="number">{count(file.bytes)}</td>
      <td className="name">
        <TimeAgo at={file.addedAt} />
      </td>
      <td>
        <Button
          disabled={task.busy}
          aria-label={`Remove ${file.name}`}
          onClick={() => void task.run(() => removeSigmaFile(file.name))}
        >
          Remove
        </Button>
      </td>
    </tr>
  );
}

/** The imported files with the rules that load from each. */
export function SigmaFiles(props: Pick<SigmaRulesView, 'files' | 'rules' | 'problems'>): ReactNode {
  const { files, rules, problems } = props;
  return (
    <Table>
      <TableHead
        heads={[
          'File',
          'Rules',
          { number: 'Problems' },
          { number: 'Bytes' },
          'Imported',
          { unseen: 'Action' },
        ]}
      />
      <tbody>
        {files.map((file) => (
          <Line
            key={file.name}
            file={file}
            rules={rules.filter((rule) => rule.file === file.name)}
            problems={problems.filter((problem) => problem.file === file.name).length}
          />
        ))}
      </tbody>
    </Table>
  );
}
