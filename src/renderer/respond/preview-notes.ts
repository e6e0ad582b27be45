import { notTouched } from '#shared/ipc/respond-words.ts';
import type { Preview, PreviewPart } from '#shared/ipc/views.ts';
import type { Asked } from '../store/respond-store.ts';
import { counted } from '../format/words.ts';

/** Sentences about a preview that a person should have read before acting on it. */
export function previewNotes(
  preview: Preview,
  asked: Asked,
  nameOf: (connection: string) => string,
): readonly string[] {
  const notes = preview.parts.flatMap((part) => partNotes(part, nameOf(part.connection)));
  const targets = 'targets' in asked.selection ? asked.selection.targets : [];
  for (const target of targets) {
    const kept = 'except' in target.selector ? (target.selector.except?.length ?? 0) : 0;
    if (kept > 0)
      notes.push(`${nameOf(target.connection)}: ${counted(kept, 'session')} named by you will be kept.`);
  }
  if (preview.parts.some((part) => part.is !== 'unavailable' && part.reach.sessions > 0)) {
    const not = notTouched(preview.act.kind);
    if (not !== null) notes.push(not);
  }
  return notes;
}

function partNotes(part: PreviewPart, name: string): string[] {
  if (part.is === 'unavailable') return [`${name}: could not be asked, so nothing is ended there by this.`];
  const { reach, kept, comesBack } = part;
  const notes: string[] = [];
  if (part.is === 'ready' && part.mirrored !== reach.sessions) {
    notes.push(
      `${name}: the window showed ${counted(part.mirrored, 'session')}, the agent reaches ${counted(reach.sessions, 'session')} now. The agent’s number counts.`,
    );
  }
  if (kept > 0) notes.push(`${name}: ${counted(kept, 'session')} of your own will be kept.`);
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
  const back = [
    comesBack.rememberMe > 0 ? `${counted(comesBack.rememberMe, 'session')} by remember-me` : null,
    comesBack.singleSignOn > 0 ? `${counted(comesBack.singleSignOn, 'session')} by single sign-on` : null,
  ].filter((one) => one !== null);
  if (back.length > 0) notes.push(`${name}: may come back by themselves: ${back.join(', ')}.`);
  if (part.is === 'ready' && part.needsApproval) {
    notes.push(`${name}: this many need a second operator, who is asked first.`);
  }
  return notes;
}
