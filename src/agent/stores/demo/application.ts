import { assertNever } from '#shared/domain/assert-never.ts';
import type { Person } from './people.ts';
import { STREAM } from './people.ts';
import { randomFor } from './random.ts';
import type { AuditRow, EndCause, RememberRow, SessionRow, Sink, State, UserRow, Witness } from './state.ts';
import type { DoneDeed, Step, Visit } from './steps.ts';
import type { World } from './world.ts';

type Act = Extract<Step, { kind: 'act' }>;

/** Chance that somebody whose session vanished in the middle of a visit signs in again at once. */
const SIGNS_IN_AGAIN = 0.4;

/** How a sign-in came about. */
interface SignIn {
  readonly mode: 'password' | 'one-time' | 'remembered';
  readonly replaces?: SessionRow;
}

/**
 * The demo application itself: what the requests of the plan do to its rows. It knows nothing of time other than
 * the steps', and nothing of chance other than the keyed streams.
 */
export class Application {
  readonly #world: World;
  readonly #state: State;
  readonly #sink: Sink;
  readonly #witness: Witness | undefined;
  /** Asked before a page view is written that only moves last-seen; live operation keeps to its rate with it. */
  mayTouch: () => boolean = () => true;

  constructor(world: World, state: State, sink: Sink, witness?: Witness) {
    this.#world = world;
    this.#state = state;
    this.#sink = sink;
    this.#witness = witness;
  }

  /** Applies one step; steps come in order of time. */
  apply(step: Step): void {
    switch (step.kind) {
      case 'act':
        return this.#act(step);
      case 'fail':
        return this.#fail(step);
      case 'logout':
        return this.logout(step.at, step.visit);
      case 'password':
        return this.#changePassword(step.at, step.visit);
      case 'role':
        return this.#toggleRole(step.at, step.visit, step.target, step.role);
      case 'impersonate':
        return this.#impersonate(step.at, step.visit, step.target);
      case 'impersonate-act': {
        const session = this.#state.sessionIn(
          step.target.id,
          step.visit.device.userAgent,
          step.visit.person.id,
        );
        if (session !== undefined && this.mayTouch())
          this.touch(session, step.at, session.lastIp, session.lastUserAgent);
        return;
      }
      case 'impersonate-end': {
        const session = this.#state.sessionIn(
          step.target.id,
          step.visit.device.userAgent,
          step.visit.person.id,
        );
        if (session !== undefined) this.#stopImpersonation(step.at, session, step.visit.person);
        return;
      }
      case 'hijack': {
        const session = this.#liveIn(step.visit, step.at);
        if (session === undefined) return;
        this.touch(session, step.at, step.ip, step.userAgent);
        if (step.deed !== null) this.#record(step.at, session, step.deed);
        return;
      }
      case 'join':
        return this.#join(step.at, step.person);
      case 'leave':
        return this.#leave(step.at, step.person, step.by);
      default:
        return assertNever(step);
    }
  }

  /** Ends what has expired by now: the application's regular clean-up. */
  collect(at: number): void {
    for (const session of this.#state.sessions.values())
      if (session.expiresAt <= at) this.#expire(session, at);
    for (const token of this.#state.rememberedTokens()) if (token.expiresAt <= at) this.#forget(token);
  }

  touch(session: SessionRow, at: number, ip: string, userAgent: string): void {
    session.lastSeenAt = at;
    session.lastIp = ip;
    session.lastUserAgent = userAgent;
    session.expiresAt = at + this.#lifetime(session.remember);
    this.#sink.sessionTouched(session);
  }

  /** Rows that somebody else deleted; the application only notices that they are gone. */
  noticeRemoved(session: SessionRow, at: number): void {
    this.#state.remove(session);
    this.#witness?.ended(session, at, 'removed');
  }

  logout(at: number, visit: Visit): void {
    const session = this.#liveIn(visit, at);
    if (session === undefined) return;
    this.#end(session, at, 'logout');
    const token = this.#state.remembered(session.userId, session.openedUserAgent);
    if (token !== undefined) this.#forget(token);
    this.#audit(at, session, { action: 'logout', outcome: 'success' });
  }

  #act(step: Act): void {
    const { visit, at } = step;
    const user = this.#state.users.get(visit.person.id);
    if (user === undefined) return;
    const session = this.#liveIn(visit, at);
    if (user.status === 'blocked') return this.#refuse(step, user, session);
    const ip = step.ip ?? visit.ip;
    if (session !== undefined && step.fresh !== true) {
      if (step.deed === null && !step.arrival && !this.mayTouch()) return;
      this.touch(session, at, ip, visit.device.userAgent);
      if (step.deed !== null) this.#record(at, session, step.deed);
      return;
    }
    const mode = this.#signInMode(step, user);
    if (mode === null) return;
    const opened = this.signIn(at, visit, ip, {
      mode,
      ...(session === undefined ? {} : { replaces: session }),
    });
    if (step.deed !== null) this.#record(at, opened, step.deed);
  }

  #refuse(step: Act, user: UserRow, session: SessionRow | undefined): void {
    if (session !== undefined) this.#endSilently(session, step.at, 'blocked');
    if (!step.arrival && session === undefined) return;
    this.#sink.audit({
      at: step.at,
      action: 'login',
      outcome: 'failure',
      reason: 'blocked',
      userId: user.id,
      userName: user.name,
      ip: step.visit.ip,
      userAgent: step.visit.device.userAgent,
    });
  }

  #signInMode(step: Act, user: UserRow): SignIn['mode'] | null {
    if (step.oneTime === true) return 'one-time';
    if (step.fresh === true) return 'password';
    const token = this.#state.remembered(user.id, step.visit.device.userAgent);
    if (token !== undefined && token.expiresAt > step.at) return 'remembered';
    const again = randomFor(this.#world.seed, STREAM.again, step.visit.key).chance(SIGNS_IN_AGAIN);
    return step.arrival || again ? 'password' : null;
  }

  /** Opens a session and writes the sign-in; a session it replaces gets a new identifier by that. */
  signIn(at: number, visit: Visit, ip: string, how: SignIn): SessionRow {
    const { person, device } = visit;
    const random = randomFor(this.#world.seed, STREAM.session, person.id, device.index, at);
    const remember =
      how.mode === 'remembered' || (how.mode === 'password' && person.remembers && device.index < 100);
    if (how.replaces !== undefined) this.#endSilently(how.replaces, at, 'replaced');
    const session: SessionRow = {
      id: random.hex(4),
      userId: person.id,
      createdAt: at,
      lastSeenAt: at,
      expiresAt: at + this.#lifetime(remember),
      openedIp: ip,
      openedUserAgent: device.userAgent,
      lastIp: ip,
      lastUserAgent: device.userAgent,
      remember,
      mfa: person.mfa && how.mode !== 'remembered',
      oneTime: how.mode === 'one-time',
      masqueradeBy: null,
      replaces: how.replaces?.id ?? null,
    };
    this.#open(session);
    if (how.mode === 'one-time')
      this.#audit(at, session, {
        action: 'password-reset',
        outcome: 'success',
        message: 'one-time link used',
      });
    this.#audit(at, session, { action: 'login', outcome: 'success', verb: how.mode });
    if (remember && this.#state.remembered(person.id, device.userAgent) === undefined) {
      const token = {
        id: random.hex(8),
        userId: person.id,
        userAgent: device.userAgent,
        expiresAt: at + this.#world.preset.rememberLimit,
      };
      this.#state.addRemembered(token);
      this.#sink.rememberSaved(token);
    }
    const user = this.#state.users.get(person.id);
    if (user !== undefined) {
      user.lastLoginAt = at;
      this.#sink.userSaved(user);
    }
    return session;
  }

  #fail(step: Extract<Step, { kind: 'fail' }>): void {
    if (step.before !== undefined && this.#liveIn(step.before, step.at) !== undefined) return;
    const user = step.person === null ? undefined : this.#state.users.get(step.person.id);
    if (step.person !== null && user === undefined) return;
    this.#sink.audit({
      at: step.at,
      action: 'login',
      outcome: 'failure',
      reason: user?.status === 'blocked' ? 'blocked' : step.reason,
      userName: step.typed,
      ip: step.ip,
      userAgent: step.userAgent,
      ...(user === undefined ? {} : { userId: user.id }),
    });
  }

  /** A new password ends the other sessions and gives this one a new identifier. */
  #changePassword(at: number, visit: Visit): void {
    const session = this.#liveIn(visit, at);
    const user = this.#state.users.get(visit.person.id);
    if (session === undefined || user === undefined) return;
    user.passwordHash = inventHash(this.#world.seed, user.id, at);
    this.#sink.userSaved(user);
    this.#audit(at, session, { action: 'password-changed', outcome: 'success' });
    for (const other of this.#state.sessions.values())
      if (other.userId === user.id && other !== session && other.masqueradeBy === null)
        this.#endSilently(other, at, 'credential-change');
    for (const token of this.#state.rememberedTokens()) if (token.userId === user.id) this.#forget(token);
    const id = randomFor(this.#world.seed, STREAM.session, user.id, visit.device.index, at, 1).hex(4);
    const renewed: SessionRow = { ...session, id, createdAt: at, replaces: session.id, oneTime: false };
    this.#endSilently(session, at, 'replaced');
    this.#open(renewed);
    this.#audit(at, renewed, {
      action: 'other',
      outcome: 'success',
      verb: 'session-renewed',
      message: 'session continues under a new identifier',
    });
  }

  #toggleRole(at: number, visit: Visit, target: Person, role: string): void {
    const user = this.#state.users.get(target.id);
    const session = this.#liveIn(visit, at);
    if (user === undefined || session === undefined) return;
    const had = user.roles.includes(role);
    user.roles = had ? user.roles.filter((name) => name !== role) : [...user.roles, role];
    this.#sink.userSaved(user);
    this.#sink.audit({
      at,
      action: 'role-changed',
      outcome: 'success',
      userId: user.id,
      userName: user.name,
      ip: session.lastIp,
      userAgent: session.lastUserAgent,
      actorId: visit.person.id,
      actorName: visit.person.login,
      verb: had ? 'removed' : 'added',
      objectKind: 'role',
      objectName: role,
    });
  }

  #impersonate(at: number, visit: Visit, target: Person): void {
    const user = this.#state.users.get(target.id);
    const own = this.#liveIn(visit, at);
    const running = this.#state.sessionIn(target.id, visit.device.userAgent, visit.person.id);
    if (user === undefined || user.status === 'blocked' || own === undefined || running !== undefined) return;
    const session: SessionRow = {
      id: randomFor(this.#world.seed, STREAM.session, target.id, visit.person.id, at).hex(4),
      userId: target.id,
      createdAt: at,
      lastSeenAt: at,
      expiresAt: at + this.#lifetime(false),
      openedIp: own.lastIp,
      openedUserAgent: visit.device.userAgent,
      lastIp: own.lastIp,
      lastUserAgent: visit.device.userAgent,
      remember: false,
      mfa: false,
      oneTime: false,
      masqueradeBy: visit.person.id,
      replaces: null,
    };
    this.#open(session);
    this.#audit(at, session, {
      action: 'other',
      outcome: 'success',
      verb: 'masquerade-start',
      actorId: visit.person.id,
      actorName: visit.person.login,
      message: `${visit.person.login} works as ${user.name}`,
    });
  }

  #stopImpersonation(at: number, session: SessionRow, by: Person): void {
    this.#end(session, at, 'logout');
    this.#audit(at, session, {
      action: 'other',
      outcome: 'success',
      verb: 'masquerade-end',
      actorId: by.id,
      actorName: by.login,
    });
  }

  #join(at: number, person: Person): void {
    if (this.#state.users.has(person.id)) return;
    const user = newUser(this.#world, person, at);
    this.#state.users.set(user.id, user);
    this.#sink.userSaved(user);
    this.#sink.audit({
      at,
      action: 'account-created',
      outcome: 'success',
      userId: user.id,
      userName: user.name,
    });
  }

  #leave(at: number, person: Person, by: Person): void {
    const user = this.#state.users.get(person.id);
    if (user === undefined || user.status === 'blocked') return;
    user.status = 'blocked';
    this.#sink.userSaved(user);
    this.#sink.audit({
      at,
      action: 'account-blocked',
      outcome: 'success',
      userId: user.id,
      userName: user.name,
      actorId: by.id,
      actorName: by.login,
    });
    for (const session of this.#state.sessions.values())
      if (session.userId === user.id) this.#endSilently(session, at, 'blocked');
  }

  #record(at: number, session: SessionRow, deed: DoneDeed): void {
    this.#audit(at, session, {
      action: 'activity',
      outcome: 'success',
      verb: deed.verb,
      objectKind: deed.kind,
      objectId: deed.id,
      objectName: deed.name,
    });
  }

  #audit(at: number, session: SessionRow, row: Omit<AuditRow, 'at'>): void {
    const userName = this.#state.users.get(session.userId)?.name;
    this.#sink.audit({
      at,
      userId: session.userId,
      ...(userName === undefined ? {} : { userName }),
      ip: session.lastIp,
      userAgent: session.lastUserAgent,
      sessionId: session.id,
      ...row,
    });
  }

  #lifetime(remember: boolean): number {
    return remember ? this.#world.preset.rememberLimit : this.#world.preset.idleLimit;
  }

  #liveIn(visit: Visit, at: number): SessionRow | undefined {
    const session = this.#state.sessionIn(visit.person.id, visit.device.userAgent, null);
    if (session === undefined || session.expiresAt > at) return session;
    this.#expire(session, at);
    return undefined;
  }

  #open(session: SessionRow): void {
    this.#state.add(session);
    this.#sink.sessionOpened(session);
    this.#witness?.opened(session);
  }

  #end(session: SessionRow, at: number, cause: EndCause): void {
    this.#state.remove(session);
    this.#sink.sessionRemoved(session);
    this.#witness?.ended(session, at, cause);
  }

  /** An end that nobody asked for in so many words: the log says why. */
  #endSilently(session: SessionRow, at: number, cause: EndCause): void {
    this.#end(session, at, cause);
    this.#audit(at, session, { action: 'other', outcome: 'success', verb: 'session-ended', reason: cause });
  }

  #expire(session: SessionRow, at: number): void {
    this.#end(session, session.expiresAt, 'expired');
    this.#audit(at, session, {
      action: 'other',
      outcome: 'success',
      verb: 'session-ended',
      reason: 'expired',
    });
  }

  #forget(token: RememberRow): void {
    this.#state.removeRemembered(token);
    this.#sink.rememberRemoved(token);
  }
}

/** Looks like an argon2id hash and is none: nobody's password gives it. */
export function inventHash(seed: number, userId: number, at: number): string {
  const random = randomFor(seed, STREAM.secret, userId, at);
  return `$argon2id$v=19$m=19456,t=2,p=1$${random.hex(4)}$${random.hex(8)}`;
}

/** The account of a person who joins now, or (before the history begins) joined some time ago. */
export function newUser(world: World, person: Person, at: number): UserRow {
  return {
    id: person.id,
    name: person.login,
    displayName: person.full,
    email: person.email,
    passwordHash: inventHash(world.seed, person.id, at),
    status: 'active',
    roles: person.group.roles,
    createdAt: at,
    lastLoginAt: null,
  };
}
