import type { CommandId, ConnectionId, OperationId } from '#shared/domain/ids.ts';
import { epochMs, type Clock } from '#shared/domain/units.ts';
import type { OperationView } from '#shared/ipc/views.ts';
import type { Command, Selector } from '#shared/protocol/commands.ts';
import type { Environment } from '../connections/environment.ts';
import type { OperatorJournal } from '../journal/journal.ts';
import { checkedCommand } from '../mirror/command-texts.ts';
import { durableTransaction, type WritableDb } from '../mirror/database.ts';
import { operationView } from '../mirror/operation-views.ts';
import {
  changeCommand,
  commandsOf,
  intend,
  operationById,
  type CommandRecord,
  type OperationRecord,
} from '../mirror/operations.ts';
import { canKeepOwn } from './ask-agent.ts';
import { ProblemError } from '../problem-error.ts';
import type { PlainSelector } from '../mirror/response-reach.ts';
import { chunks, sparing } from './select.ts';

export interface ExecuteParts {
  readonly db: WritableDb;
  readonly clock: Clock;
  readonly find: (connection: ConnectionId) => Environment | null;
  readonly operatorName: () => string;
  readonly journal: OperatorJournal;
}
/** Whom commands are about, where that is at hand: thousands of names need not be read back while somebody waits. */
export type AtHand = ReadonlyMap<CommandId, Selector>;
export interface Execution {
  readonly operation: OperationId;
  readonly reason: string;
  readonly confirm?: Readonly<Partial<Record<ConnectionId, string>>> | undefined;
  readonly retryForMs: number;
  readonly queue: boolean;
  readonly includeNew: boolean;
}

/**
 * Turns a preview into intents, durably and together with their entry in the journal, before anything is sent.
 * Executing the same operation again changes nothing and answers what became of it.
 */
export function execute(
  parts: ExecuteParts,
  request: Execution,
  atHand: AtHand = new Map(),
): { readonly view: OperationView; readonly payloads: ReadonlyMap<CommandId, Command> } {
  const { db, clock } = parts;
  const found = operationById(db, request.operation);
  if (found === null) {
    throw new ProblemError({
      code: 'NOT_FOUND',
      message: 'This preview is not known here any more.',
      advice: 'Preview again; nothing was ended.',
    });
  }
  let payloads: ReadonlyMap<CommandId, Command> = new Map();
  if (found.executed_at === null) {
    const all = commandsOf(db, request.operation);
    const commands = all.filter((command) => request.queue || !command.queued);
    check(parts, request, commands);
    const now = clock();
    payloads = new Map(
      commands.map((command) => [
        command.id,
        payload(parts, request, found, command, atHand.get(command.id) ?? command.selector),
      ]),
    );
    durableTransaction(db, () => {
      intend(db, {
        id: request.operation,
        at: now,
        reason: request.reason,
        operator: operatorOf(parts, commands),
        retryUntil: now + request.retryForMs,
        payloads,
      });
      for (const command of all) {
        if (!commands.includes(command)) {
          changeCommand(db, command.id, { state: 'cancelled', finishedAt: now });
        }
      }
      parts.journal.recordOperatorAction({
        action: 'command-sent',
        subject: { kind: 'operation', id: request.operation, name: found.summary },
        details: {
          kind: found.kind,
          ...(found.for_ms === null ? {} : { forMs: found.for_ms }),
          reason: request.reason,
          retryForMs: request.retryForMs,
          includeNew: request.includeNew,
          commands: commands.map((command) => ({
            id: command.id,
            connection: command.connection,
            environment: parts.find(command.connection)?.record().name ?? '',
            sessions: command.reach,
            queued: command.queued,
          })),
        },
      });
    });
  }
  const view = operationView(db, request.operation);
  if (view === null) throw new Error('the operation that was just written is not there');
  return { view, payloads };
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
    if (!command.queued && command.expiresAt <= parts.clock() + ahead) {
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

/** The command as it goes out, at every try the same. */
function payload(
  parts: ExecuteParts,
  request: Execution,
  { for_ms: forMs, selection }: Pick<OperationRecord, 'for_ms' | 'selection'>,
  command: CommandRecord,
  whom: Selector,
): Command {
  const environment = parts.find(command.connection);
  const { preview } = command;
  const confirm = 'all' in whom ? environment?.record().hello?.environment.id : undefined;
  // What names its sessions ends those and no others, with a preview or without.
  const bound = preview !== '' && ('sessions' in whom || !request.includeNew);
  const keepOwn = keepsOwn(environment, selection, command.kind, whom);
  const selector = bound || keepOwn ? whom : sparedNow(parts, environment, command.connectionKey, whom);
  return checkedCommand({
    id: command.id,
    operation: request.operation,
    kind: command.kind,
    ...(forMs === null ? {} : { forMs }),
    selector,
    ...(keepOwn ? { keepOwn } : {}),
    reason: request.reason,
    ...(bound ? { preview } : {}),
    ...(confirm === undefined ? {} : { confirm }),
    claim: { name: parts.operatorName() },
    issuedAt: issuedAt(parts, environment),
  });
}

/** Sessions that were picked one by one are meant, also one's own; so are those that were named when it was queued. */
function keepsOwn(
  environment: Environment | null,
  selection: OperationRecord['selection'],
  kind: CommandRecord['kind'],
  selector: Selector,
): boolean {
  if (kind === 'release' || kind === 'unblock' || selection === null) return false;
  const chosen = 'sessions' in selector ? 'matching' in selection : true;
  return chosen && canKeepOwn(environment?.record().hello);
}

/** What reaches those that came since also meets the operator's own that came since: they are kept as well. */
function sparedNow(
  { db }: ExecuteParts,
  environment: Environment | null,
  connectionKey: number,
  selector: Selector,
): PlainSelector {
  const hello = environment?.record().hello;
  if (hello === null || hello === undefined || 'sessions' in selector) return selector;
  const spared = sparing(db, connectionKey, hello.operator.accounts, selector, false).selector;
  return chunks(spared, hello.limits.targets)[0] ?? selector;
}

const issuedAt = (parts: ExecuteParts, environment: Environment | null): number =>
  epochMs(environment?.agentNow() ?? parts.clock());
