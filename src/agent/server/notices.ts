import { assertNever } from '#shared/domain/assert-never.ts';
import type { Viewer } from '../state/viewer.ts';
import { mayReadSessions } from '../state/viewer.ts';
import type { Connection } from './connection.ts';
import type { Notice } from './services.ts';

/** May this operator see all sessions concerned? */
export const seesAll = (viewer: Viewer, owners: readonly string[]): boolean =>
  mayReadSessions(viewer) &&
  (viewer.own === null || (owners.length > 0 && owners.every((owner) => viewer.accounts.has(owner))));

/** Sends a notice to the connections it is for. */
export function deliver(notice: Notice, connections: Iterable<Connection>): void {
  for (const { socket, caller } of connections) {
    const { viewer, operator } = caller;
    switch (notice.is) {
      case 'progress':
        if (operator.id === notice.operator) socket.emit('command.progress', notice.progress);
        break;
      case 'proof':
        if (operator.id === notice.operator) socket.emit('command.proof', notice.proof);
        break;
      case 'approval-requested':
        if (viewer.scopes.has('commands:approve') && seesAll(viewer, notice.owners)) {
          socket.emit('approval.requested', notice.item);
        }
        break;
      case 'approval-resolved': {
        const approver = viewer.scopes.has('commands:approve') && seesAll(viewer, notice.owners);
        if (approver || operator.id === notice.operator) socket.emit('approval.resolved', notice.resolved);
        break;
      }
      case 'rules-changed':
        if (viewer.own === null && (viewer.scopes.has('rules:read') || viewer.scopes.has('rules:write')))
          socket.emit('rules.changed', { version: notice.version });
        break;
      default:
        assertNever(notice);
    }
  }
}
