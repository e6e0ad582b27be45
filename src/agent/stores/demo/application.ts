import { assertNever } from '#shared/domain/assert-never.ts';
import { Accounts } from './accounts.ts';
import { Desk } from './desk.ts';
import type { Person } from './people.ts';
import { STREAM } from './people.ts';
import { randomFor } from './random.ts';
import type { SessionRow, Sink, State, UserRow, Witness } from './state.ts';
import type { Step, Visit } from './steps.ts';
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
  readonly #desk: Desk;
  readonly #accounts: Accounts;
  /** Asked before a page view is written that only moves last-seen; live operation keeps to its rate with it. */
  mayTouch: () => boolean = () => true;

  constructor(world: World, state: State, sink: Sink, witness?: Witness) {
    this.#desk = new Desk(world, state, sink, witness);
    this.#accounts = new Accounts(this.#desk);
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
        return this.#accounts.changePassword(step.at, step.visit);
      case 'role':
        return this.#accounts.toggleRole(step.at, step.visit, step.target, step.role);
      case 'impersonate':
        return this.#impersonate(step.at, step.visit, step.target);
      case 'impersonate-act': {
        const session = this.#desk.state.sessionIn(
          step.target.id,
          step.visit.device.userAgent,
          step.visit.person.id,
        );
        if (session !== undefined && this.mayTouch()) this.touch(session, step.at);
        return;
      }
      case 'impersonate-end': {
        const session = this.#desk.state.sessionIn(
          step.target.id,
          step.visit.device.userAgent,
          step.visit.person.id,
        );
        if (session !== undefined) this.#stopImpersonation(step.at, session, step.visit.person);
        return;
      }
      case 'hijack': {
        const session = this.#desk.liveIn(step.visit, step.at);
        if (session === undefined) return;
        this.#desk.touch(session, step.at, step.ip, step.userAgent);
        if (step.deed !== null) this.#desk.record(step.at, session, step.deed);
        return;
      }
      case 'join':
        return this.#accounts.join(step.at, step.person);
      case 'leave':
        return this.#accounts.leave(step.at, step.person, step.by);
      default:
        return assertNever(step);
    }
  }

  /** Ends what has expired by now: the application's regular clean-up. */
  collect(at: number): void {
    for (const session of this.#desk.state.sessions.values())
      if (session.expiresAt <= at) this.#desk.expire(session, at);
    for (const token of this.#desk.state.rememberedTokens())
      if (token.expiresAt <= at) this.#desk.forget(token);
  }

  /** Rows that somebody else deleted; the application only notices that they are gone. */
  noticeRemoved(session: SessionRow, at: number): void {
    this.#desk.noticeRemoved(session, at);
  }

  /** A page view that changes nothing but last-seen. */
  touch(session: SessionRow, at: number): void {
    this.#desk.touch(session, at, session.lastIp, session.lastUserAgent);
  }

  logout(at: number, visit: Visit): void {
    const session = this.#desk.liveIn(visit, at);
    if (session === undefined) return;
    this.#desk.end(session, at, 'logout');
    const token = this.#desk.state.remembered(session.userId, session.openedUserAgent);
    if (token !== undefined) this.#desk.forget(token);
    this.#desk.audit(at, session, { action: 'logout', outcome: 'success' });
  }

  #act(step: Act): void {
    const { visit, at } = step;
    const user = this.#desk.state.users.get(visit.person.id);
    if (user === undefined) return;
    const session = this.#desk.liveIn(visit, at);
    if (user.status === 'blocked') return this.#refuse(step, user, session);
    const ip = step.ip ?? visit.ip;
    if (session !== undefined && step.fresh !== true) {
      if (step.deed === null && !step.arrival && !this.mayTouch()) return;
      this.#desk.touch(session, at, ip, visit.device.userAgent);
      if (step.deed !== null) this.#desk.record(at, session, step.deed);
      return;
    }
    const mode = this.#signInMode(step, user);
    if (mode === null) return;
    const opened = this.signIn(at, visit, ip, {
      mode,
      ...(session === undefined ? {} : { replaces: session }),
    });
    if (step.deed !== null) this.#desk.record(at, opened, step.deed);
  }

  #refuse(step: Act, user: UserRow, session: SessionRow | undefined): void {
    if (session !== undefined) this.#desk.endSilently(session, step.at, 'blocked');
    if (!step.arrival && session === undefined) return;
    this.#desk.sink.audit({
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
    const token = this.#desk.state.remembered(user.id, step.visit.device.userAgent);
    if (token !== undefined && token.expiresAt > step.at) return 'remembered';
    const again = randomFor(this.#desk.world.seed, STREAM.again, step.visit.key).chance(SIGNS_IN_AGAIN);
    return step.arrival || again ? 'password' : null;
  }

  /** Opens a session and writes the sign-in; a session it replaces gets a new identifier by that. */
  signIn(at: number, visit: Visit, ip: string, how: SignIn): SessionRow {
    const { person, device } = visit;
    const random = randomFor(this.#desk.world.seed, STREAM.session, person.id, device.index, at);
    const remember =
      how.mode === 'remembered' || (how.mode === 'password' && person.remembers && device.index < 100);
    if (how.replaces !== undefined) this.#desk.endSilently(how.replaces, at, 'replaced');
    const session: SessionRow = {
      id: random.hex(4),
      userId: person.id,
      createdAt: at,
      lastSeenAt: at,
      expiresAt: at + this.#desk.lifetime(remember),
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
    this.#desk.open(session);
    if (how.mode === 'one-time')
      this.#desk.audit(at, session, {
        action: 'password-reset',
        outcome: 'success',
        message: 'one-time link used',
      });
    this.#desk.audit(at, session, { action: 'login', outcome: 'success', verb: how.mode });
    if (remember && this.#desk.state.remembered(person.id, device.userAgent) === undefined) {
      const token = {
        id: random.hex(8),
        userId: person.id,
        userAgent: device.userAgent,
        expiresAt: at + this.#desk.world.preset.rememberLimit,
      };
      this.#desk.state.addRemembered(token);
      this.#desk.sink.rememberSaved(token);
    }
    const user = this.#desk.state.users.get(person.id);
    if (user !== undefined) {
      user.lastLoginAt = at;
      this.#desk.sink.userSaved(user);
    }
    return session;
  }

  #fail(step: Extract<Step, { kind: 'fail' }>): void {
    if (step.before !== undefined && this.#desk.liveIn(step.before, step.at) !== undefined) return;
    const user = step.person === null ? undefined : this.#desk.state.users.get(step.person.id);
    if (step.person !== null && user === undefined) return;
    this.#desk.sink.audit({
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

  #impersonate(at: number, visit: Visit, target: Person): void {
    const user = this.#desk.state.users.get(target.id);
    const own = this.#desk.liveIn(visit, at);
    const running = this.#desk.state.sessionIn(target.id, visit.device.userAgent, visit.person.id);
    if (user === undefined || user.status === 'blocked' || own === undefined || running !== undefined) return;
    const session: SessionRow = {
      id: randomFor(this.#desk.world.seed, STREAM.session, target.id, visit.person.id, at).hex(4),
      userId: target.id,
      createdAt: at,
      lastSeenAt: at,
      expiresAt: at + this.#desk.lifetime(false),
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
    this.#desk.open(session);
    this.#desk.audit(at, session, {
      action: 'other',
      outcome: 'success',
      verb: 'masquerade-start',
      actorId: visit.person.id,
      actorName: visit.person.login,
      message: `${visit.person.login} works as ${user.name}`,
    });
  }

  #stopImpersonation(at: number, session: SessionRow, by: Person): void {
    this.#desk.end(session, at, 'logout');
    this.#desk.audit(at, session, {
      action: 'other',
      outcome: 'success',
      verb: 'masquerade-end',
      actorId: by.id,
      actorName: by.login,
    });
  }
}
