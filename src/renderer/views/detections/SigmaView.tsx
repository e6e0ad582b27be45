import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { EmptyState } from '../../components/EmptyState.tsx';
import { FileButton } from '../../components/FileButton.tsx';
import { Part } from '../../components/Part.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { counted } from '../../format/words.ts';
import { Asked } from '../../parts/Asked.tsx';
import { useDetections } from '../../store/detection-store.ts';
import { importSigmaFiles } from '../../store/sigma-actions.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { useTask } from '../../store/use-task.ts';
import { SigmaFieldMap } from './SigmaFieldMap.tsx';
import { SigmaFiles } from './SigmaFiles.tsx';
import { SigmaProblems } from './SigmaProblems.tsx';

function Import(): ReactNode {
  const task = useTask();
  return (
    <Box sx={{ display: 'grid', gap: 2, justifyItems: 'start' }}>
      <FileButton
        several
        label="Sigma rule files"
        accept=".yml,.yaml"
        disabled={task.busy}
        onFiles={(files) => void task.run(() => importSigmaFiles(files))}
      >
        {task.busy ? 'Importing…' : 'Import files…'}
      </FileButton>
      {task.problem === null ? null : <ProblemBox problem={task.problem} />}
    </Box>
  );
}

/** Imported Sigma rules: what loads, what does not and why, and the fields they are read with. */
export function SigmaView(): ReactNode {
  const revision = useDetections((state) => state.done);
  const answer = useEngineQuery('sigma.rules', {}, { revision });
  if (answer.is !== 'ready') return <Asked answer={answer} what="rules" />;
  const { files, rules, problems, fieldMap } = answer.value;
  return (
    <Box
      role="region"
      aria-label="Sigma rules"
      tabIndex={0}
      sx={{ flex: 1, minHeight: 0, overflow: 'auto', bgcolor: 'background.paper' }}
    >
      {files.length === 0 ? (
        <EmptyState title="No rules are imported" action={<Import />}>
          Rules of the Sigma format that look at sign-ins, sessions and account changes, as .yml files,
          several at once. A file of which nothing loads refuses the import and says why; nothing is changed
          then.
        </EmptyState>
      ) : (
        <>
          <Part
            title={`${counted(rules.length, 'rule')} in ${counted(files.length, 'file')}`}
            aside={<Import />}
          >
            <SigmaFiles files={files} rules={rules} problems={problems} />
          </Part>
          {problems.length === 0 ? null : (
            <Part title={counted(problems.length, 'problem')}>
              <SigmaProblems problems={problems} />
            </Part>
          )}
        </>
      )}
      <Part title="Field map">
        <SigmaFieldMap key={fieldMap} saved={fieldMap} />
      </Part>
    </Box>
  );
}
