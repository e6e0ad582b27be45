import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState, type ReactNode } from 'react';
import type { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import type { BackTestFinding } from '#shared/ipc/detections-views.ts';
import { SeverityMark } from '../../components/SeverityMark.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { count } from '../../format/words.ts';
import { useMaskedText } from '../../parts/Address.tsx';
import { PersonLink } from '../../parts/Links.tsx';
import { TimeOfDay } from '../../parts/TimeText.tsx';
import { CardSection } from './CardSection.tsx';

const FIRST = 25;

/** An account that no store knows is held behind this mark: there is no page about it. */
const unknownAccount = (id: string): boolean => id.startsWith('~');

function Who(props: { readonly one: BackTestFinding; readonly connection: ConnectionId }): ReactNode {
  const { one, connection } = props;
  const [first] = one.people;
  if (first === undefined) return one.entity.kind === 'environment' ? 'everybody' : one.entity.id;
  const others = one.people.length - 1;
  return (
    <>
      {unknownAccount(first.id) ? (
        first.name
      ) : (
        <PersonLink at={{ connection, id: first.id as AccountId }} name={first.name} />
      )}
      {others > 0 ? ` and ${count(others)} more` : ''}
    </>
  );
}

/** Findings that only one of the two settings raises, newest first. */
export function BackTestList(props: {
  readonly title: string;
  readonly findings: readonly BackTestFinding[];
  readonly total: number;
  readonly connection: ConnectionId;
}): ReactNode {
  const { title, findings, total, connection } = props;
  const [all, setAll] = useState(false);
  const masked = useMaskedText();
  if (total === 0) return null;
  const shown = all ? findings : findings.slice(0, FIRST);
  return (
    <CardSection
      title={title}
      aside={shown.length < total ? `the newest ${count(shown.length)} of ${count(total)}` : count(total)}
    >
      <Table>
        <TableHead heads={[{ unseen: 'Severity' }, 'Time', 'Person', 'What']} />
        <tbody>
          {shown.map((one) => (
            <tr key={one.id}>
              <td>
                <SeverityMark severity={one.severity} />
              </td>
              <Box component="td" sx={{ whiteSpace: 'nowrap' }}>
                <TimeOfDay at={one.raisedAt} />
              </Box>
              <td className="name">
                <Who one={one} connection={connection} />
              </td>
              <td>{masked(one.summary)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      {all || findings.length <= FIRST ? null : (
        <Button
          onClick={() => {
            setAll(true);
          }}
        >
          {`Show ${count(findings.length)}`}
        </Button>
      )}
    </CardSection>
  );
}
