import type { Clock } from '#shared/domain/units.ts';
import type { Account, AuditEvent, Session } from '#shared/protocol/records.ts';
import type { NewEntry } from '../state/chain.ts';
import type { NewChange } from '../state/change-log.ts';
import type { BriefSession, MirroredSession } from '../state/session-mirror.ts';
import type { AgentState } from '../state/state.ts';
import type { SessionEnd } from './diff.ts';
import type { Evidence } from './evidence.ts';

/** Changes the mirror and numbers the change in one transaction. Every method must run inside `record`. */
export interface Recorder {
  /** Runs in one transaction, then tells who follows the log. */
  record<T>(work: () => T): T;
  opened(session: Session, sealed: Buffer): void;
  updated(known: MirroredSession, session: Session): void;
  heldBack(known: MirroredSession, session: Session): void;
  /** Lays what an application told over the session and reports it with the next update. */
  overlaid(known: MirroredSession): void;
  closed(known: BriefSession, end: SessionEnd): void;
  account(account: Account, credential: string | null, changed: boolean): number;
  accountRemoved(n: number, id: string): void;
  /** False when the event was there already. */
  audit(event: AuditEvent): boolean;
  /** The same of the time before the agent watched: consoles ask for it as history, it is no change that they follow. */
  past(event: AuditEvent): boolean;
  /** What this agent did itself: into the audit, and into its journal. */
  acted(event: AuditEvent): void;
}

const ownersOf = (session: Session) => ({
  account: session.account?.id ?? null,
  via: session.via?.account.id ?? null,
});

/** @param touched told of every account (for a masquerade, who is behind it) of which something changed */
export function createRecorder(
  state: AgentState,
  evidence: Evidence,
  clock: Clock,
  touched: (account: string) => void = () => undefined,
): Recorder {
  let waiting: NewChange[] = [];
  const touch = ({ account, via }: { account: string | null; via: string | null }) => {
    const holder = via ?? account;
    if (holder !== null) touched(holder);
  };
  /** Keeps an event of the store's log; null: it is kept already. */
  const keep = (event: AuditEvent) => {
    const session = event.sessionId === undefined ? undefined : state.sessions.get(event.sessionId);
    const whose = { account: event.account?.id ?? session?.account ?? null, via: session?.via ?? null };
    const attempted = event.account?.id === undefined ? accountNamed(event) : undefined;
    if (attempted !== undefined) touched(attempted);
    if (!state.audit.insert(event, { ...whose, attempted })) return null;
    evidence.note(event);
    return whose;
  };
  const log = (change: NewChange['change'], whose: { account: string | null; via: string | null }) => {
    touch(whose);
    waiting.push({ change, account: whose.account, via: whose.via });
  };
  /** A failed sign-in often has only the name that was typed: it concerns the account of that name. */
  const accountNamed = ({ account, action, outcome }: AuditEvent) =>
    account === null || action !== 'login' || outcome !== 'failure'
      ? undefined
      : state.accounts.idByName(account.name);
  return {
    record(work) {
      waiting = [];
      const changed = { any: false };
      const result = state.transaction(() => {
        const value = work();
        state.log.append(waiting);
        changed.any = waiting.length > 0;
        return value;
      });
      waiting = [];
      if (changed.any) state.log.announce();
      return result;
    },
    opened(session, sealed) {
      const now = clock();
      state.sessions.insert(session, sealed, now);
      log({ at: now, kind: 'session.opened', session }, ownersOf(session));
    },
    updated(known, session) {
      const now = clock();
      state.sessions.update(known.n, session, now);
      log({ at: now, kind: 'session.updated', session }, ownersOf(session));
    },
    heldBack(known, session) {
      touch(known);
      state.sessions.update(known.n, session, null);
    },
    overlaid(known) {
      const session = sessionOf(known);
      const next = state.told.over(session);
      if (JSON.stringify(next) === known.record) return;
      touch(known);
      state.sessions.update(known.n, next, null);
    },
    closed(known, { reason, at, commandId, ruleId }) {
      state.sessions.remove(known.n);
      const change: Extract<NewChange['change'], { kind: 'session.closed' }> = {
        at,
        kind: 'session.closed',
        id: known.id,
        reason,
      };
      if (commandId !== undefined) change.commandId = commandId;
      if (ruleId !== undefined) change.ruleId = ruleId;
      log(change, known);
    },
    account(account, credential, changed) {
      if (changed)
        log({ at: clock(), kind: 'account.upserted', account }, { account: account.id, via: null });
      return state.accounts.put(account, credential);
    },
    accountRemoved(n, id) {
      state.accounts.remove(n);
      log({ at: clock(), kind: 'account.removed', id: id as Account['id'] }, { account: id, via: null });
    },
    acted(event) {
      if (this.audit(event)) state.chain.append(entryOf(event));
    },
    audit(event) {
      const whose = keep(event);
      if (whose === null) return false;
      log({ at: event.at, kind: 'audit', event }, whose);
      return true;
    },
    past: (event) => keep(event) !== null,
  };
}

/** The record of a mirrored session. */
export const sessionOf = (row: { readonly record: string }): Session => JSON.parse(row.record) as Session;

/** An act of the agent as an entry of its journal. */
function entryOf(event: AuditEvent): NewEntry {
  const { account, actor, action, outcome, message, attributes, sessionId } = event;
  return {
    by: { ...(actor?.id === undefined ? {} : { id: actor.id }), name: actor?.name ?? 'agent' },
    action,
    ...(account?.id === undefined
      ? {}
      : { subject: { kind: 'account', id: account.id, name: account.name } }),
    details: {
      event: event.id,
      outcome,
      ...(sessionId === undefined ? {} : { session: sessionId }),
      ...(message === undefined ? {} : { message }),
      ...attributes,
    },
  };
}
