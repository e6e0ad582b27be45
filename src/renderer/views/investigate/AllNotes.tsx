import Link from '@mui/material/Link';
import type { ReactNode } from 'react';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { exactTime, type Zone } from '../../format/time.ts';
import { useMaskedText } from '../../parts/Address.tsx';
import { Asked } from '../../parts/Asked.tsx';
import { TimeOfDay } from '../../parts/TimeText.tsx';
import { hrefOf } from '../../store/route-store.ts';
import { useSettings } from '../../store/settings-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';

/** Where a note's subject is shown, and what it is called. */
function subjectLink(subject: string, zone: Zone): { readonly href: string | null; readonly name: string } {
  const [kind, first = '', ...rest] = subject.split('/');
  if (kind === 'person')
    return { href: hrefOf('people', first, rest.join('/')), name: `person ${rest.join('/')}` };
  if (kind === 'session') return { href: hrefOf('sessions', first, rest.join('/')), name: 'session' };
  if (kind === 'instant') {
    return { href: hrefOf('investigate', 'at', first), name: exactTime(Number(first), zone) };
  }
  if (kind === 'address' || kind === 'network' || kind === 'device') {
    const value = [first, ...rest].join('/');
    return { href: hrefOf('investigate', kind, value), name: `${kind} ${value}` };
  }
  return { href: null, name: subject };
}

/** Everything that was noted, newest first. */
export function AllNotes(): ReactNode {
  const masked = useMaskedText();
  const zone = useSettings((state) => state.settings.timeZone);
  const answer = useEngineQuery('notes.list', { limit: 500 });
  if (answer.is !== 'ready') return <Asked answer={answer} what="notes" lines={8} />;
  if (answer.value.length === 0) {
    return (
      <EmptyState title="No notes yet">
        Notes are written on the page of a person, an address, a network, a device, or under an instant.
      </EmptyState>
    );
  }
  return (
    <Table>
      <TableHead heads={['When', 'About', 'Note', 'By']} />
      <tbody>
        {answer.value.map((note) => {
          const { href, name } = subjectLink(note.subject, zone);
          return (
            <tr key={note.key}>
              <td className="name">
                <TimeOfDay at={note.at} />
              </td>
              <td className="name">
                {href === null ? masked(name) : <Link href={href}>{masked(name)}</Link>}
              </td>
              <td style={{ whiteSpace: 'pre-wrap' }}>{note.text}</td>
              <td className="name">{note.by}</td>
            </tr>
          );
        })}
      </tbody>
    </Table>
  );
}
