import { actionTitle } from '../format/actions.ts';
import { exactTime, type Zone } from '../format/time.ts';
import { hrefOf } from '../store/route-store.ts';
import type { NoteView } from '#shared/ipc/people-views.ts';

/** Where what a note or a bookmark is about is shown, and what it is called. */
export function subjectOf(
  { subject, about }: Pick<NoteView, 'subject' | 'about'>,
  zone: Zone,
): { readonly href: string | null; readonly name: string } {
  const [kind, first = '', ...rest] = subject.split('/');
  const value = rest.join('/');
  switch (kind) {
    case 'person':
      return { href: hrefOf('people', first, value), name: about ?? `person ${value}` };
    case 'session':
      return {
        href: hrefOf('sessions', first, value),
        name: about === null ? 'session' : `session of ${about}`,
      };
    case 'instant':
      return {
        href: hrefOf('investigate', 'at', first),
        name: `who was signed in at ${exactTime(Number(first), zone)}`,
      };
    case 'event':
      return eventSubject(rest, zone);
    case 'address':
    case 'network':
    case 'device': {
      const named = [first, ...rest].join('/');
      return { href: hrefOf('investigate', kind, named), name: `${kind} ${named}` };
    }
    default:
      return { href: null, name: subject };
  }
}

/** `<ms>/<id>/<action>`, with a `!` behind it where it failed: an id may hold slashes, an action none. */
function eventSubject(
  parts: readonly string[],
  zone: Zone,
): { readonly href: string | null; readonly name: string } {
  const at = Number(parts[0]);
  if (!Number.isSafeInteger(at)) return { href: null, name: 'event' };
  const last = parts.at(-1) ?? '';
  const [action = '', failed] = last.split('!');
  const title = actionTitle({ action, outcome: failed === undefined ? 'success' : 'failure' });
  return { href: hrefOf('audit', 'around', String(at)), name: `${title}, ${exactTime(at, zone)}` };
}

/** What a bookmark or a note about an event is filed under. */
export const eventSubjectOf = (event: {
  readonly connection: string;
  readonly at: number;
  readonly id: string;
  readonly action: string;
  readonly outcome: string;
}): string =>
  `event/${event.connection}/${String(event.at)}/${event.id}/${event.action}${event.outcome === 'failure' ? '!' : ''}`;
