import type { ConnectionId, OperationId } from '#shared/domain/ids.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { OperationView } from '#shared/ipc/views.ts';
import { Command } from '#shared/protocol/commands.ts';
import type { Environment } from '../connections/environment.ts';
import { durableTransaction, type WritableDb } from '../mirror/database.ts';
import {
  commandsOf,
  intend,
  operationById,
  operationView,
  type CommandRecord,
} from '../mirror/operations.ts';
import { ProblemError } from '../problem-error.ts';

export interface ExecuteParts {
  readonly db: WritableDb;
  readonly clock: Clock;
  readonly find: (connection: ConnectionId) => Environment | null;
  readonly operatorName: () => string;
}
export interface Execution {
  readonly operation: OperationId;
  readonly reason: string;
  readonly confirm?: Readonly<Partial<Record<ConnectionId, string>>> | undefined;
}

/**
 * Turns a preview into intents, durably, before anything is sent. Executing the same operation again changes nothing
 * and answers what became of it.
 */
export function execute(parts: ExecuteParts, request: Execution): OperationView {
  const { db, clock } = parts;
  const found = operationById(db, request.operation);
  if (found === null) {
    throw new ProblemError({
      code: 'NOT_FOUND',
      message: 'This preview is not known here any more.',
      advice: 'Preview again; nothing was ended.',
    });
  }
  if (found.executed_at === null) {
    const commands = commandsOf(db, request.operation);
    check(parts, request, commands);
    const now = clock();
    durableTransaction(db, () => {
      intend(db, {
        id: request.operation,
        at: now,
        reason: request.reason,
        operator: operatorOf(parts, commands),
        payloads: new Map(commands.map((command) => [command.id, payload(parts, request, command)])),
      });
    });
  }
  const view = operationView(db, request.operation);
  if (view === null) throw new Error('the operation that was just written is not there');
  return view;
}

function check(parts: ExecuteParts, request: Execution, commands: readonly CommandRecord[]): void {
  if (commands.length === 0) {
    throw new ProblemError({
      code: 'NOTHING_TO_DO',
      message: 'None of the environments could be asked, so there is nothing to carry out.',
      advice: 'Preview again when they are connected.',
    });
  }
  for (const command of commands) {
    const environment = parts.find(command.connection);
    const ahead = environment === null ? 0 : environment.agentNow() - parts.clock();
    if (command.expiresAt <= parts.clock() + ahead) {
      throw new ProblemError({
        code: 'PREVIEW_EXPIRED',
        message: 'The preview is older than ten minutes.',
        advice: 'Preview again and look at whom it reaches; nothing was ended.',
      });
    }
    const { confirmation } = command;
    if (confirmation !== null && request.confirm?.[command.connection]?.trim() !== confirmation) {
      throw new ProblemError({
        code: 'CONFIRMATION_REQUIRED',
        message: `To end all sessions there, type “${confirmation}”.`,
        advice: 'Nothing was ended.',
      });
    }
  }
}

const operatorOf = (parts: ExecuteParts, commands: readonly CommandRecord[]): string => {
  const claim = parts.operatorName();
  if (claim !== '') return claim;
  const names = commands.map(({ connection }) => parts.find(connection)?.record().hello?.operator.name ?? '');
  return names.find((name) => name !== '') ?? 'unknown';
};

/** The command as it goes out, at every try the same. Parsed once more, so that no malformed act can be sent. */
function payload(parts: ExecuteParts, request: Execution, command: CommandRecord): Command {
  const environment = parts.find(command.connection);
  const confirm = 'all' in command.selector ? environment?.record().hello?.environment.id : undefined;
  return Command.parse({
    id: command.id,
    operation: request.operation,
    kind: 'revoke',
    selector: command.selector,
    reason: request.reason,
    preview: command.preview,
    ...(confirm === undefined ? {} : { confirm }),
    claim: { name: parts.operatorName() },
    issuedAt: Math.trunc(environment?.agentNow() ?? parts.clock()),
  });
}
