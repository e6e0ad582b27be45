import type { ConnectionId } from '#shared/domain/ids.ts';
import type { AuditEvent } from '#shared/protocol/records.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import type { Known } from './hooks.ts';

/** An event as the window shows it. */
export function auditRow(connection: ConnectionId, event: AuditEvent, known: Known): AuditRow {
  return {
    connection,
    id: event.id,
    at: event.at,
    action: event.action,
    outcome: event.outcome,
    reason: event.reason ?? null,
    account: event.account === null ? null : { id: event.account.id ?? null, name: event.account.name },
    ip: event.ip ?? null,
    ...known,
    userAgent: event.userAgent ?? null,
    sessionId: event.sessionId ?? null,
    actor: event.actor?.name ?? null,
    object: objectText(event.object?.kind, event.object?.name ?? event.object?.id),
    message: event.message ?? null,
  };
}

/** “node: Price list” */
export const objectText = (
  kind: string | null | undefined,
  name: string | null | undefined,
): string | null =>
  kind === null || kind === undefined
    ? null
    : name === null || name === undefined
      ? kind
      : `${kind}: ${name}`;
