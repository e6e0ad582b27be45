import { z } from 'zod';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { Log } from '#shared/domain/log.ts';
import { SECOND, type Clock } from '#shared/domain/units.ts';
import type { ApprovalView } from '#shared/ipc/respond-views.ts';
import { ApprovalItem, ApprovalResolved, ApprovalsListAnswer } from '#shared/protocol/approvals.ts';
import { FailedAnswer } from '#shared/protocol/codes.ts';
import type { Environment } from '../connections/environment.ts';
import type { OperatorJournal } from '../journal/journal.ts';
import { ProblemError } from '../problem-error.ts';
import { refusal } from './ask-agent.ts';

const ASK_MS = 10 * SECOND;
/** What an approval answers differs by what was approved; only whether it was taken matters here. */
const Decided = z.union([z.object({ ok: z.literal(true) }), FailedAnswer]);

/** What waits for a second operator in the connected environments. */
export interface Approvals {
  list(): readonly ApprovalView[];
  greeted(connection: ConnectionId): void;
  told(connection: ConnectionId, event: string, payload: unknown): void;
  /** @throws ProblemError when the agent refuses; the decision is in the journal before it is sent */
  decide(request: {
    readonly connection: ConnectionId;
    readonly id: string;
    readonly decision: 'approve' | 'deny';
    readonly note?: string | undefined;
  }): Promise<readonly ApprovalView[]>;
}

export function createApprovals(options: {
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: OperatorJournal;
  readonly find: (connection: ConnectionId) => Environment | null;
  readonly changed: () => void;
}): Approvals {
  const { log, journal } = options;
  const waiting = new Map<ConnectionId, Map<string, ApprovalItem>>();
  const of = (connection: ConnectionId): Map<string, ApprovalItem> => {
    const items = waiting.get(connection) ?? new Map<string, ApprovalItem>();
    waiting.set(connection, items);
    return items;
  };

  const refresh = async (connection: ConnectionId): Promise<void> => {
    const environment = options.find(connection);
    const scopes = environment?.hello()?.operator.scopes ?? [];
    if (environment === null || !scopes.includes('commands:approve')) return;
    const answer = ApprovalsListAnswer.parse(await environment.request('approvals.list', {}, ASK_MS));
    if (!answer.ok) return;
    waiting.set(connection, new Map(answer.items.map((item) => [item.id, item])));
    options.changed();
  };
  const tryRefresh = (connection: ConnectionId): void => {
    refresh(connection).catch((error: unknown) => {
      log.debug('what waits for approval was not learnt', { connection, error: String(error) });
    });
  };

  const list = (): readonly ApprovalView[] =>
    [...waiting].flatMap(([connection, items]) => {
      const environment = options.find(connection);
      const hello = environment?.hello() ?? null;
      if (environment === null || hello === null) return [];
      const now = environment.agentNow();
      return [...items.values()]
        .filter((item) => item.expiresAt > now)
        .map((item) => {
          const own = item.requestedBy.id === hello.operator.id;
          return {
            connection,
            item,
            own,
            mayDecide: !own && hello.operator.scopes.includes('commands:approve'),
          };
        });
    });

  return {
    list,
    greeted: tryRefresh,
    told: (connection, event, payload) => {
      if (event === 'approval.requested') {
        const item = ApprovalItem.safeParse(payload);
        if (!item.success) return;
        of(connection).set(item.data.id, item.data);
        options.changed();
      } else if (event === 'approval.resolved') {
        const resolved = ApprovalResolved.safeParse(payload);
        if (resolved.success && of(connection).delete(resolved.data.id)) options.changed();
      }
    },
    decide: async ({ connection, id, decision, note }) => {
      const environment = options.find(connection);
      const item = of(connection).get(id);
      if (environment === null || environment.hello() === null) {
        throw new ProblemError({
          code: 'UNREACHABLE',
          message: 'This environment is not connected, so nothing can be decided there now.',
          advice: 'Decide when it is connected; the request stays until it expires.',
        });
      }
      const { name } = environment.record();
      journal.recordOperatorAction({
        action: decision === 'approve' ? 'approval-given' : 'approval-denied',
        subject: { kind: item?.kind ?? 'command', id, name, connection },
        details: {
          ...(note === undefined || note === '' ? {} : { note }),
          ...(item === undefined
            ? {}
            : { requestedBy: item.requestedBy.name, reason: item.reason, sessions: item.reach.sessions }),
        },
      });
      const payload = { id, decision, ...(note === undefined || note === '' ? {} : { note }) };
      let answer: z.infer<typeof Decided>;
      try {
        answer = Decided.parse(await environment.request('approve', payload, ASK_MS));
      } catch (error) {
        tryRefresh(connection);
        throw new ProblemError({
          code: 'NO_ANSWER',
          message: `The agent of ${name} did not answer (${error instanceof Error ? error.message : 'no reason given'}).`,
          advice: 'Look whether the request still waits, and decide again.',
        });
      }
      if (!answer.ok) {
        tryRefresh(connection);
        throw new ProblemError({
          ...refusal(name, answer.error),
          advice: DECISION_ADVICE[answer.error.code] ?? 'The request still waits.',
        });
      }
      of(connection).delete(id);
      options.changed();
      return list();
    },
  };
}

const DECISION_ADVICE: Readonly<Record<string, string>> = {
  FORBIDDEN: 'Somebody else has to decide: nobody approves what they asked for themselves.',
  CONFLICT: 'Somebody has decided already; the first decision stands.',
  STALE: 'The time to decide is over. Who asked has to ask again.',
  NOT_FOUND: 'It does not wait any more.',
};
