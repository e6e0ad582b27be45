import type { Command } from '#shared/protocol/commands.ts';
import type { Capability } from '#shared/protocol/handshake.ts';
import type { Caller } from '../server/caller.ts';
import { requireScope } from '../server/caller.ts';
import { can } from '../server/capabilities.ts';
import { Refused } from '../server/refusal.ts';
import type { StoreDescription } from '../stores/store-adapter.ts';

/** @throws Refused FORBIDDEN when the token may not do this. */
export function requireCommandScopes(caller: Caller, command: Command): void {
  if ('all' in command.selector) requireScope(caller, 'sessions:revoke-all');
  else requireScope(caller, 'sessions:revoke', 'sessions:revoke-all');
}

function needed(command: Command): Capability {
  switch (command.kind) {
    case 'block':
    case 'unblock':
      return 'account.block';
    case 'hold':
    case 'release':
      return 'hold';
    default:
      if ('all' in command.selector) return 'revoke.all';
      return 'accounts' in command.selector ? 'revoke.account' : 'revoke.session';
  }
}

/** @throws Refused UNSUPPORTED when the store cannot do this. */
export function requireCapability(description: StoreDescription | null, command: Command): void {
  const capability = needed(command);
  if (can(description, capability)) return;
  // What lives in the client cannot be ended, but it can be counted.
  if (command.dryRun === true && can(description, 'sessions.clientSide')) return;
  throw new Refused('UNSUPPORTED', `This store cannot do that (capability ${capability}).`, { capability });
}
