import Link from '@mui/material/Link';
import type { ReactNode } from 'react';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { TextButton } from '../../components/TextButton.tsx';
import { useNoteRemoval } from '../../entity/NoteRemoval.tsx';
import { subjectOf } from '../../entity/note-subject.ts';
import { useMaskedText } from '../../parts/Address.tsx';
import { Asked } from '../../parts/Asked.tsx';
import { TimeOfDay } from '../../parts/TimeText.tsx';
import { useSettings } from '../../store/settings-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';

/** Everything that was bookmarked or noted, newest first. */
export function AllNotes(): ReactNode {
  const masked = useMaskedText();
  const zone = useSettings((state) => state.settings.timeZone);
  const answer = useEngineQuery('notes.list', { limit: 500 });
  const { remove, line } = useNoteRemoval(answer.again);
  if (answer.is !== 'ready') return <Asked answer={answer} what="bookmarks and notes" lines={8} />;
  if (answer.value.length === 0) {
    return (
      <>
        {line}
        <EmptyState title="No bookmarks and no notes yet">
          Both are made on the page of a person, an address, a network or a device, in a session, under an
          instant; an event is bookmarked from its menu in Audit.
        </EmptyState>
      </>
    );
  }
  return (
    <>
      {line}
      <Table>
        <TableHead heads={['When', 'About', 'Note', 'By', { unseen: 'Remove' }]} />
        <tbody>
          {answer.value.map((note) => {
            const { href, name } = subjectOf(note, zone);
            return (
              <tr key={note.key}>
                <td className="name">
                  <TimeOfDay at={note.at} />
                </td>
                <td className="name">
                  {href === null ? masked(name) : <Link href={href}>{masked(name)}</Link>}
                </td>
                <td style={{ whiteSpace: 'pre-wrap' }}>
                  {note.text === '' ? (
                    <>
                      <span aria-hidden="true">★ </span>bookmark
                    </>
                  ) : (
                    note.text
                  )}
                </td>
                <td className="name">{note.by}</td>
                <td>
                  <TextButton
                    label={`Remove the ${note.text === '' ? 'bookmark' : 'note'} about ${masked(name)}`}
                    onPress={() => {
                      remove(note.key);
                    }}
                  >
                    Remove
                  </TextButton>
                </td>
              </tr>
            );
          })}
        </tbody>
      </Table>
    </>
  );
}
