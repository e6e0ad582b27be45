import type { ReactNode } from 'react';
import type { SessionStatus } from '#shared/domain/status.ts';
import type { CloseReason } from '#shared/protocol/records.ts';
import { causeText } from '../format/actions.ts';
import { STATUS_EXPLAINED } from '../format/words.ts';

/** What a session is doing, by shape and word; why it has ended. */
export function StatusMark(props: {
  readonly status: SessionStatus;
  readonly cause?: CloseReason | null;
}): ReactNode {
  const { status, cause = null } = props;
  const why = status === 'ended' && cause !== null ? causeText(cause) : null;
  return (
    <span className="wf-status" title={why === null ? STATUS_EXPLAINED[status] : `Ended: ${why}`}>
      <span className="wf-dot" data-status={status} aria-hidden="true" />
      <span className="wf-word">{why === null ? status : `${status} · ${why}`}</span>
    </span>
  );
}
