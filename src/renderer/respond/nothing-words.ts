import { assertNever } from '#shared/domain/assert-never.ts';
import type { Preview, PreviewPart } from '#shared/ipc/views.ts';
import type { ResponseSelection } from '#shared/ipc/respond-contract.ts';
import { counted } from '../format/words.ts';

/** Why there is nothing to end: environment by environment, as its agent answered or did not. */
export const nothingReached = (
  preview: Preview,
  selection: ResponseSelection,
  nameOf: (connection: string) => string,
): readonly string[] =>
  preview.parts.map((part) => nothingIn(part, whoIn(part.connection, selection), nameOf(part.connection)));

/** Who was asked for there, in the words of the answer; `others`: of accounts or everyone, but for chosen sessions. */
type Who = 'session' | 'sessions' | 'account' | 'accounts' | 'others' | 'everyone' | 'matching';
function whoIn(connection: string, selection: ResponseSelection): Who {
  if ('matching' in selection) return 'matching';
  const here = selection.targets.filter((target) => target.connection === connection);
  const ids = here.flatMap(({ selector }) => ('sessions' in selector ? selector.sessions : []));
  const accounts = here.flatMap(({ selector }) => ('accounts' in selector ? selector.accounts : []));
  // Whoever is kept is signed in: “not signed in there” would be wrong.
  if (here.some(({ selector }) => 'except' in selector && selector.except !== undefined)) return 'others';
  if (here.some(({ selector }) => 'all' in selector)) return 'everyone';
  if (accounts.length > 0) return accounts.length === 1 ? 'account' : 'accounts';
  return ids.length === 1 ? 'session' : 'sessions';
}

function nothingIn(part: PreviewPart, who: Who, name: string): string {
  switch (part.is) {
    case 'ready':
      return `${name}: the agent was asked, and ${part.kept > 0 ? onlyOwn(part.kept) : absent(who)}.`;
    case 'unasked':
      return part.reach.sessions > 0
        ? `${name}: the agent could not be asked. ${part.problem.message} ${counted(part.reach.sessions, 'session')} can be queued.`
        : `${name}: the agent could not be asked, and the mirror knows of nobody there who is meant. ${part.problem.message}`;
    case 'unavailable':
      return `${name}: nothing can be ended there now. ${part.problem.message} ${part.problem.advice ?? ''}`.trim();
    default:
      return assertNever(part);
  }
}

const onlyOwn = (kept: number): string =>
  kept === 1
    ? 'the only session that is there is your own, which is kept'
    : `the only ${counted(kept, 'session')} that are there are your own, which are kept`;

function absent(who: Who): string {
  switch (who) {
    case 'session':
      return 'this session is not in its store any more';
    case 'sessions':
      return 'none of these sessions is in its store any more';
    case 'account':
      return 'this account is not signed in there';
    case 'accounts':
      return 'none of these accounts is signed in there';
    case 'others':
      return 'there is no session besides those that you keep';
    case 'everyone':
      return 'nobody is signed in there';
    case 'matching':
      return 'no session that matches is in its store';
    default:
      return assertNever(who);
  }
}

/** Whether all agents answered: only then is it known that there is nothing. */
export const allAnswered = (preview: Preview): boolean => preview.parts.every(({ is }) => is === 'ready');
