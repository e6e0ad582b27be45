import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AccountId, CommandId, ConnectionId, OperationId } from '#shared/domain/ids.ts';
import { SECOND } from '#shared/domain/units.ts';
import { RETRY_MS } from '#shared/ipc/respond-contract.ts';
import type { HoldView } from '#shared/ipc/respond-views.ts';
import type { OperationView } from '#shared/ipc/views.ts';
import { HoldsListAnswer } from '#shared/protocol/holds.ts';
import type { Environment } from '../connections/environment.ts';
import { transaction, type ReadableDb } from '../mirror/database.ts';
import { commandById, keepPreview } from '../mirror/operations.ts';
import { ProblemError } from '../problem-error.ts';
import { execute, type ExecuteParts } from './execute.ts';

const ASK_MS = 10 * SECOND;

/** Accounts that are held now, by the agents' word, and accounts that were blocked from here and still are. */
export async function activeHolds(
  db: ReadableDb,
  environments: readonly Environment[],
): Promise<readonly HoldView[]> {
  const held = await Promise.all(environments.map((environment) => holdsOf(db, environment)));
  return [...held.flat(), ...blocks(db)];
}

async function holdsOf(db: ReadableDb, environment: Environment): Promise<readonly HoldView[]> {
  if (environment.hello()?.store.capabilities.includes('hold') !== true) return [];
  try {
    const answer = HoldsListAnswer.parse(await environment.request('holds.list', {}, ASK_MS));
    if (!answer.ok) return [];
    return answer.items.map(({ account, until, command, operator }) => ({
      is: 'hold',
      connection: environment.record().id,
      account,
      until,
      by: operator.name,
      operation: commandById(db, command)?.operation ?? null,
    }));
  } catch {
    // An agent that cannot list them, or does not answer now.
    return [];
  }
}

const Blocked = z.object({
  connection: ConnectionId,
  account: AccountId,
  name: z.string(),
  operator: z.string(),
  operation: OperationId,
});
const blocks = (db: ReadableDb): readonly HoldView[] =>
  db
    .prepare(
      `SELECT c.id AS connection, a.id AS account, a.name, o.operator, max(o.id) AS operation
       FROM operation o JOIN command m ON m.operation = o.id JOIN connection c ON c.key = m.connection
       JOIN json_each(m.selector, '$.accounts') j CROSS JOIN account a ON a.connection = m.connection AND a.id = j.value
       WHERE o.kind = 'block' AND m.state IN ('completed', 'partial') AND a.status = 'blocked'
         AND a.removed_at IS NULL AND c.removed_at IS NULL
       GROUP BY a.key ORDER BY a.name LIMIT 1000`,
    )
    .all()
    .map((raw) => {
      const { connection, account, name, operator, operation } = Blocked.parse(raw);
      return {
        is: 'block',
        connection,
        account: { id: account, name },
        until: null,
        by: operator,
        operation,
      };
    });

/** Ends holds or blocks. It ends no session, so there is nothing to preview; intent and journal as for any command. */
export function lift(
  parts: ExecuteParts,
  request: {
    readonly connection: ConnectionId;
    readonly kind: 'release' | 'unblock';
    readonly accounts: readonly AccountId[];
    readonly reason: string;
  },
): OperationView {
  const environment = parts.find(request.connection);
  if (environment === null) {
    throw new ProblemError({
      code: 'NOT_FOUND',
      message: 'This environment is not configured any more.',
      advice: 'Look at the list of environments.',
    });
  }
  const { key, name } = environment.record();
  const operation = OperationId.parse(randomUUID());
  const many = request.accounts.length;
  const what = request.kind === 'release' ? 'Lift the hold of' : 'Unblock';
  transaction(parts.db, () => {
    keepPreview(
      parts.db,
      {
        id: operation,
        at: parts.clock(),
        summary: `${what} ${String(many)} account${many === 1 ? '' : 's'} in ${name}`,
        act: { kind: request.kind },
        selection: null,
      },
      [
        {
          id: CommandId.parse(randomUUID()),
          connectionKey: key,
          preview: null,
          expiresAt: 0,
          selector: { accounts: [...request.accounts] },
          confirmation: null,
          reach: 0,
          queued: true,
        },
      ],
    );
  });
  return execute(parts, {
    operation,
    reason: request.reason,
    retryForMs: RETRY_MS,
    queue: true,
    includeNew: false,
  }).view;
}
