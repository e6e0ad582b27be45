import { assertNever } from '#shared/domain/assert-never.ts';
import type { Change } from '#shared/protocol/changes.ts';
import type { EnrichedItem } from './hooks.ts';
import { known, type Writer } from './writer.ts';

/** What applying changes did; counted while writing, believed after the commit. */
export interface Applied {
  live: number;
  touchedSessions: boolean;
  items: EnrichedItem[];
}
export const nothingApplied = (): Applied => ({ live: 0, touchedSessions: false, items: [] });

/** Writes one change. Applying one twice is applying it once. Inside a transaction. */
export function applyChange(
  writer: Writer,
  connection: number,
  change: Change,
  view: string,
  applied: Applied,
): void {
  const { at } = change;
  switch (change.kind) {
    case 'session.opened':
    case 'session.updated': {
      const written = writer.sessions.upsert(connection, change.session, at, view);
      applied.live += written.live;
      applied.touchedSessions = true;
      const opened = known(written.opened);
      applied.items.push({
        is: 'session',
        kind: change.kind === 'session.opened' ? 'opened' : 'updated',
        at,
        session: change.session,
        opened,
        last: written.last === written.opened ? opened : known(written.last),
      });
      return;
    }
    case 'session.closed': {
      const { id, reason, commandId, ruleId } = change;
      applied.live += writer.sessions.close(connection, id, { at, reason, command: commandId, rule: ruleId });
      applied.touchedSessions = true;
      applied.items.push({ is: 'session-closed', at, id, reason });
      return;
    }
    case 'account.upserted':
      writer.accounts.upsert(connection, change.account, at);
      applied.touchedSessions = true;
      applied.items.push({ is: 'account', at, account: change.account });
      return;
    case 'account.removed':
      writer.accounts.remove(connection, change.id, at);
      return;
    case 'audit': {
      const written = writer.audit.write(connection, change.event, 'stream');
      if (written === null) return;
      writer.rebuilder.explain(connection, change.event);
      applied.items.push({ is: 'audit', key: written.key, event: change.event, known: known(written) });
      return;
    }
    default:
      assertNever(change);
  }
}
