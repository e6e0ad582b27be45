import type { AccountId, RuleId } from '#shared/domain/ids.ts';
import { epochMs, type EpochMs } from '#shared/domain/units.ts';
import type { Account } from '#shared/protocol/records.ts';
import type { RuleEvent, RuleGroup, RuleSession } from '#shared/rules/facts.ts';
import { sessionOf } from '../poll/recorder.ts';
import type { MirroredSession } from '../state/session-mirror.ts';
import type { AgentState } from '../state/state.ts';

const ACTIONS = ['password-changed', 'password-reset', 'login'];

/** What has to be read for a judgement. */
export interface Needs {
  /** Browsers stand in the record only, which costs reading it. */
  readonly userAgents: boolean;
  /** How far back, ms; 0: no events. */
  readonly eventsMs: number;
}

/** Whose a session is, for rules: of a masquerade, who is behind it. Null: nobody's. */
export const holderOf = (row: Pick<MirroredSession, 'account' | 'via'>): string | null =>
  row.via ?? row.account;

/** Everything that rules look at, of one account. */
export function readGroup(
  state: AgentState,
  service: boolean,
  holder: string,
  needs: Needs,
  now: EpochMs,
): RuleGroup {
  const own = state.sessions.byAccount(holder).filter(({ via }) => via === null);
  const sessions = [...own, ...state.sessions.byVia(holder)].map((row) => toRuleSession(row, needs));
  const mirrored = state.accounts.get(holder);
  const record = mirrored === undefined ? null : (JSON.parse(mirrored.record) as Account);
  const id = holder as AccountId;
  const since = epochMs(Math.max(0, now - needs.eventsMs));
  return {
    account: {
      id,
      name: record?.name ?? holder,
      roles: record?.roles ?? [],
      service: service || record?.service === true,
    },
    sessions,
    events: needs.eventsMs === 0 ? [] : readEvents(state, holder, since),
    settledUntil: (rule: RuleId) => state.ruleActs.settledUntil(rule, id),
  };
}

function toRuleSession(row: MirroredSession, needs: Needs): RuleSession {
  const record = needs.userAgents ? sessionOf(row) : null;
  const time = (at: number | null) => (at === null ? null : epochMs(at));
  return {
    id: row.id,
    openedAt: time(row.opened_at),
    firstSeenAt: epochMs(row.first_seen_at),
    lastSeenAt: time(row.last_at),
    expiresAt: time(row.expires_at),
    ip: row.ip,
    userAgent: record === null ? null : (record.last.userAgent ?? record.opened.userAgent),
  };
}

function readEvents(state: AgentState, account: string, since: EpochMs): readonly RuleEvent[] {
  return state.audit.recent(account, ACTIONS, since).flatMap((event): RuleEvent[] => {
    const { id, at, ip = null, sessionId = null } = event;
    if (event.action === 'login')
      return event.outcome === 'failure' ? [{ id, at, kind: 'login-failed', ip, sessionId }] : [];
    return event.outcome === 'failure' ? [] : [{ id, at, kind: 'credential-changed', ip, sessionId }];
  });
}
