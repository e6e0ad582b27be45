import type { AuditRow, EndCause, RememberRow, SessionRow, Sink, State, Witness } from './state.ts';
import type { DoneDeed, Visit } from './steps.ts';
import type { World } from './world.ts';

/** Keeps memory, database and witness in step: every change of a session passes here. */
export class Desk {
  readonly world: World;
  readonly state: State;
  readonly sink: Sink;
  readonly #witness: Witness | undefined;

  constructor(world: World, state: State, sink: Sink, witness: Witness | undefined) {
    this.world = world;
    this.state = state;
    this.sink = sink;
    this.#witness = witness;
  }

  /** Rows that somebody else deleted: there is nothing to write any more. */
  noticeRemoved(session: SessionRow, at: number): void {
    this.state.remove(session);
    this.#witness?.ended(session, at, 'removed');
  }

  touch(session: SessionRow, at: number, ip: string, userAgent: string): void {
    session.lastSeenAt = at;
    session.lastIp = ip;
    session.lastUserAgent = userAgent;
    session.expiresAt = at + this.lifetime(session.remember);
    this.sink.sessionTouched(session);
  }

  record(at: number, session: SessionRow, deed: DoneDeed): void {
    this.audit(at, session, {
      action: 'activity',
      outcome: 'success',
      verb: deed.verb,
      objectKind: deed.kind,
      objectId: deed.id,
      objectName: deed.name,
    });
  }

  audit(at: number, session: SessionRow, row: Omit<AuditRow, 'at'>): void {
    const userName = this.state.users.get(session.userId)?.name;
    this.sink.audit({
      at,
      userId: session.userId,
      ...(userName === undefined ? {} : { userName }),
      ip: session.lastIp,
      userAgent: session.lastUserAgent,
      sessionId: session.id,
      ...row,
    });
  }

  lifetime(remember: boolean): number {
    return remember ? this.world.preset.rememberLimit : this.world.preset.idleLimit;
  }

  liveIn(visit: Visit, at: number): SessionRow | undefined {
    const session = this.state.sessionIn(visit.person.id, visit.device.userAgent, null);
    if (session === undefined || session.expiresAt > at) return session;
    this.expire(session, at);
    return undefined;
  }

  open(session: SessionRow): void {
    this.state.add(session);
    this.sink.sessionOpened(session);
    this.#witness?.opened(session);
  }

  end(session: SessionRow, at: number, cause: EndCause): void {
    this.state.remove(session);
    this.sink.sessionRemoved(session);
    this.#witness?.ended(session, at, cause);
  }

  /** An end that nobody asked for in so many words: the log says why. */
  endSilently(session: SessionRow, at: number, cause: EndCause): void {
    this.end(session, at, cause);
    this.audit(at, session, { action: 'other', outcome: 'success', verb: 'session-ended', reason: cause });
  }

  expire(session: SessionRow, at: number): void {
    this.end(session, session.expiresAt, 'expired');
    this.audit(at, session, {
      action: 'other',
      outcome: 'success',
      verb: 'session-ended',
      reason: 'expired',
    });
  }

  forget(token: RememberRow): void {
    this.state.removeRemembered(token);
    this.sink.rememberRemoved(token);
  }
}
