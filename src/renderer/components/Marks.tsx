import type { ReactNode } from 'react';
import type { SessionRow } from '#shared/ipc/views.ts';
import { Unknown } from './Unknown.tsx';

const EXPLAINED: Readonly<Record<string, string>> = {
  'remember-me': 'Signed in by a remember-me cookie; the person may come back without a password',
  'one-time-login': 'Opened with a one-time link',
  masquerade: 'Somebody works as this person',
  mfa: 'A second factor was used',
  sso: 'Signed in through single sign-on; the provider may sign the person in again',
  privileged: 'The account can change what others may do',
  service: 'A program, not a person',
  anonymous: 'Nobody is signed in',
  you: 'One of your own sessions; kept out of bulk commands unless named',
};

/** All marks of a session, the loudest first, each once. */
export function marksOf(row: SessionRow): readonly string[] {
  const marks = new Set<string>();
  if (row.own) marks.add('you');
  if (row.privileged) marks.add('privileged');
  if (row.via !== null) marks.add('masquerade');
  if (row.service) marks.add('service');
  for (const mark of row.marks) marks.add(mark);
  return [...marks];
}

const LOUD: ReadonlySet<string> = new Set(['you', 'privileged', 'masquerade']);

export function Mark({ mark, via }: { readonly mark: string; readonly via?: string | null }): ReactNode {
  const who =
    mark === 'masquerade' && via !== undefined && via !== null ? `: ${via} works as this person` : '';
  return (
    <span className="wf-mark" data-loud={LOUD.has(mark)} title={`${EXPLAINED[mark] ?? mark}${who}`}>
      {mark}
    </span>
  );
}

export function Marks({ row }: { readonly row: SessionRow }): ReactNode {
  const marks = marksOf(row);
  if (marks.length === 0) return <Unknown why="No marks on this session" />;
  return (
    <span className="wf-marks">
      {marks.map((mark) => (
        <Mark key={mark} mark={mark} via={row.via?.name ?? null} />
      ))}
    </span>
  );
}
