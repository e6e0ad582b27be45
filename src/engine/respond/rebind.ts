import { randomUUID } from 'node:crypto';
import { CommandId } from '#shared/domain/ids.ts';
import { Command } from '#shared/protocol/commands.ts';
import { DEFAULT_HELLO_LIMITS } from '#shared/protocol/limits.ts';
import type { Environment } from '../connections/environment.ts';
import { previewedIds, putPreviewed } from '../mirror/command-pages.ts';
import { durableTransaction, type WritableDb } from '../mirror/database.ts';
import { addCommands, changeCommand, commandsOf, type CommandRecord } from '../mirror/operations.ts';
import { chunks } from './select.ts';

/** Whether the agent has forgotten the preview that this command names. */
export const previewIsOver = (command: CommandRecord, agentNow: number): boolean =>
  command.bound && command.expiresAt <= agentNow;

/**
 * An agent that was away has forgotten the preview. The command then names the very sessions that the preview showed,
 * in as many commands as that needs, and still ends nothing else. Only for a command that the agent has never seen.
 * @returns the ids of commands that were added; null when it is not known whom the preview showed
 */
export function rebind(
  db: WritableDb,
  command: CommandRecord,
  environment: Environment,
): readonly CommandId[] | null {
  const { payload } = command;
  if (payload === null) return null;
  const { preview: _preview, confirm: _confirm, ...asked } = payload;
  const issuedAt = Math.trunc(environment.agentNow());
  const size = environment.hello()?.limits.targets ?? DEFAULT_HELLO_LIMITS.targets;
  if (command.kind !== 'revoke') {
    // Holding and blocking are about the accounts; what they have open ends with it.
    changeCommand(db, command.id, { payload: Command.parse({ ...asked, issuedAt }) });
    return [];
  }
  // Named one by one, sessions are judged by their preview: an account that was named may be one's own.
  const { keepOwn: _keepOwn, ...rest } = asked;
  if (!command.preview_listed) return null;
  const parts = chunks({ sessions: previewedIds(db, command.id) }, size);
  const [first, ...others] = parts;
  if (first === undefined || !('sessions' in first)) return null;
  const added = others.map((selector) => ({ id: CommandId.parse(randomUUID()), selector }));
  durableTransaction(db, () => {
    const one = Command.parse({ ...rest, selector: first, issuedAt });
    changeCommand(db, command.id, { payload: one, selector: one.selector });
    const from = commandsOf(db, command.operation).length;
    addCommands(
      db,
      command.operation,
      from,
      added.map(({ id, selector }) => ({
        id,
        connectionKey: command.connectionKey,
        preview: null,
        expiresAt: 0,
        selector: selector as Command['selector'],
        confirmation: null,
        reach: 'sessions' in selector ? selector.sessions.length : 0,
        queued: command.queued,
      })),
    );
    for (const { id, selector } of added) {
      changeCommand(db, id, {
        state: 'intended',
        payload: Command.parse({ ...rest, id, selector, issuedAt }),
      });
    }
    if ('sessions' in first && others.length > 0) {
      db.prepare("DELETE FROM command_page WHERE command = ? AND kind = 'preview'").run(command.id);
      putPreviewed(db, command.id, first.sessions);
      db.prepare('UPDATE command SET reach = ? WHERE id = ?').run(first.sessions.length, command.id);
    }
  });
  return added.map(({ id }) => id);
}
