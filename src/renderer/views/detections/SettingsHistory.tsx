import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { useDetections } from '../../store/detection-store.ts';
import { rollBackDetectSettings } from '../../store/detect-settings.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { useTask } from '../../store/use-task.ts';
import { CardSection } from './CardSection.tsx';

/** Every version of the settings; an earlier one can apply again. */
export function SettingsHistory(props: {
  readonly connection: ConnectionId | null;
  readonly setting: string;
  readonly current: number;
}): ReactNode {
  const { connection, setting, current } = props;
  const done = useDetections((state) => state.done);
  const answer = useEngineQuery('detections.settings.history', { connection }, { revision: done });
  const task = useTask();
  if (answer.is === 'failed') return <ProblemBox problem={answer.problem} />;
  if (answer.is === 'loading') return null;
  return (
    <CardSection title="History of the settings">
      {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      {answer.value.length === 0 ? (
        <Box sx={{ color: 'text.secondary' }}>Nothing was changed yet: the defaults apply.</Box>
      ) : (
        <Table>
          <TableHead heads={['Version', 'When', 'By', 'Why', 'This detection', { unseen: 'Action' }]} />
          <tbody>
            {answer.value.map(({ version, at, by, note, settings }) => (
              <tr key={version}>
                <td>{version === current ? `${String(version)} (applies)` : version}</td>
                <td>
                  <TimeAgo at={at} />
                </td>
                <td>{by || 'this console'}</td>
                <td>{note}</td>
                <Box component="td" sx={(theme) => ({ ...theme.typography.mono })}>
                  {Object.hasOwn(settings, setting) ? JSON.stringify(settings[setting]) : 'default'}
                </Box>
                <td>
                  {version === current ? null : (
                    <Button
                      disabled={task.busy}
                      onClick={() =>
                        void task.run(() =>
                          rollBackDetectSettings(connection, version, `Back to version ${String(version)}`),
                        )
                      }
                    >
                      Apply again
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </CardSection>
  );
}
