import type { OperationId, SessionId } from '#shared/domain/ids.ts';
import type { ResponseTarget } from '#shared/ipc/respond-contract.ts';
import type { LateView } from '#shared/ipc/respond-views.ts';
import { previewedIds } from '../mirror/command-pages.ts';
import { connectionById } from '../mirror/connections.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { commandsOf, operationById } from '../mirror/operations.ts';
import { mirroredIds } from '../mirror/response-reach.ts';
import { choose, sparing, type Chosen } from './select.ts';

/** Live sessions that the operation's selection means now and its preview did not show: reported, not ended. */
export async function lateSessions(
  db: ReadableDb,
  operation: OperationId,
  matching: Parameters<typeof choose>[2],
): Promise<LateView> {
  const found = operationById(db, operation);
  if (found === null || found.selection === null) return { sessions: 0, targets: [] };
  const { selection } = found;
  const shown = new Map<string, Set<SessionId>>();
  for (const command of commandsOf(db, operation)) {
    const ids = shown.get(command.connection) ?? new Set<SessionId>();
    for (const id of previewedIds(db, command.id)) ids.add(id);
    // Without its list, what its commands ended is all that is known.
    shown.set(command.connection, ids);
  }
  const chosen = await choose(selection, { kind: 'revoke' }, matching);
  const targets = chosen.flatMap((one): ResponseTarget[] => {
    const ids = liveOf(db, one, !('targets' in selection)).filter(
      (id) => shown.get(one.connection)?.has(id) !== true,
    );
    return ids.length === 0 ? [] : [{ connection: one.connection, selector: { sessions: ids } }];
  });
  const count = ({ selector }: ResponseTarget) => ('sessions' in selector ? selector.sessions.length : 0);
  return { sessions: targets.reduce((sum, target) => sum + count(target), 0), targets };
}

function liveOf(db: ReadableDb, { connection, selector }: Chosen, filtered: boolean): readonly SessionId[] {
  const record = connectionById(db, connection);
  // Sessions that were picked one by one are all there ever were.
  if (record === null || ('sessions' in selector && !filtered)) return [];
  const own = record.hello?.operator.accounts ?? [];
  const { selector: spared } = sparing(db, record.key, own, selector, false);
  return 'sessions' in spared ? spared.sessions : mirroredIds(db, record.key, spared);
}
