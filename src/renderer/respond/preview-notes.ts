import type { ResponseTarget } from '#shared/ipc/engine-contract.ts';
import type { Preview } from '#shared/ipc/views.ts';
import { counted } from '../format/words.ts';

/** Sentences about a preview that a person should have read before acting on it. */
export function previewNotes(
  preview: Preview,
  targets: readonly ResponseTarget[],
  nameOf: (connection: string) => string,
): readonly string[] {
  const notes: string[] = [];
  for (const part of preview.parts) {
    const name = nameOf(part.connection);
    if (part.is === 'unavailable') {
      notes.push(`${name}: could not be asked, so nothing is ended there by this.`);
      continue;
    }
    const { reach } = part;
    if (part.mirrored !== reach.sessions) {
      notes.push(
        `${name}: the window showed ${counted(part.mirrored, 'session')}, the agent reaches ${counted(reach.sessions, 'session')} now. The agent’s number counts.`,
      );
    }
    if (reach.own > 0) {
      notes.push(
        `${name}: ${counted(reach.own, 'session')} of your own would end. You may be signed out there.`,
      );
    }
    if (reach.clientSide > 0) {
      notes.push(
        `${name}: ${counted(reach.clientSide, 'session')} live in the browser only and cannot be ended by the store.`,
      );
    }
    if (part.needsApproval) notes.push(`${name}: this many need a second operator, who is asked first.`);
  }
  for (const target of targets) {
    const kept = 'except' in target.selector ? (target.selector.except?.length ?? 0) : 0;
    if (kept > 0)
      notes.push(`${nameOf(target.connection)}: ${counted(kept, 'session')} named by you will be kept.`);
  }
  if (preview.parts.some((part) => part.is === 'ready' && part.reach.sessions > 0)) {
    notes.push(
      'Passwords, application passwords and API tokens keep working. Who has remember-me may come back.',
    );
  }
  return notes;
}
