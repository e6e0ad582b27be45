import { assertNever } from '../domain/assert-never.ts';
import type { CommandKind } from '../protocol/commands.ts';

/** What an act on sessions or accounts does not touch, as the preview and the receipt say; null where there is nothing to say. */
export function notTouched(kind: CommandKind): string | null {
  switch (kind) {
    case 'revoke':
      return 'Passwords, application passwords and API tokens keep working. Who has remember-me may come back.';
    case 'hold':
      return 'Passwords, application passwords and API tokens keep working; new sessions are ended while the hold lasts.';
    case 'block':
      return 'Application passwords and API tokens may keep working: look at them in the application.';
    case 'release':
    case 'unblock':
      return null;
    default:
      return assertNever(kind);
  }
}
