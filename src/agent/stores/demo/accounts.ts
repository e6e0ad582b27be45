import type { Desk } from './desk.ts';
import type { Person } from './people.ts';
import { STREAM } from './people.ts';
import { randomFor } from './random.ts';
import type { SessionRow, UserRow } from './state.ts';
import type { Visit } from './steps.ts';
import type { World } from './world.ts';

/** What happens to accounts: passwords, roles, who joins and who leaves. */
export class Accounts {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** A new password ends the other sessions and gives this one a new identifier. */
  changePassword(at: number, visit: Visit): void {
    const session = this.#desk.liveIn(visit, at);
    const user = this.#desk.state.users.get(visit.person.id);
    if (session === undefined || user === undefined) return;
    user.passwordHash = inventHash(this.#desk.world.seed, user.id, at);
    this.#desk.sink.userSaved(user);
    this.#desk.audit(at, session, { action: 'password-changed', outcome: 'success' });
    for (const other of this.#desk.state.sessions.values())
      if (other.userId === user.id && other !== session && other.masqueradeBy === null)
        this.#desk.endSilently(other, at, 'credential-change');
    for (const token of this.#desk.state.rememberedTokens())
      if (token.userId === user.id) this.#desk.forget(token);
    const id = randomFor(this.#desk.world.seed, STREAM.session, user.id, visit.device.index, at, 1).hex(4);
    const renewed: SessionRow = {
      ...session,
      id,
      createdAt: at,
      openedIp: visit.ip,
      replaces: session.id,
      oneTime: false,
    };
    this.#desk.endSilently(session, at, 'replaced');
    this.#desk.open(renewed);
    this.#desk.audit(at, renewed, {
      action: 'other',
      outcome: 'success',
      verb: 'session-renewed',
      message: 'session continues under a new identifier',
    });
  }

  toggleRole(at: number, visit: Visit, target: Person, role: string): void {
    const user = this.#desk.state.users.get(target.id);
    const session = this.#desk.liveIn(visit, at);
    if (user === undefined || session === undefined) return;
    const had = user.roles.includes(role);
    user.roles = had ? user.roles.filter((name) => name !== role) : [...user.roles, role];
    this.#desk.sink.userSaved(user);
    this.#desk.sink.audit({
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

  join(at: number, person: Person): void {
    if (this.#desk.state.users.has(person.id)) return;
    const user = newUser(this.#desk.world, person, at);
    this.#desk.state.users.set(user.id, user);
    this.#desk.sink.userSaved(user);
    this.#desk.sink.audit({
      at,
      action: 'account-created',
      outcome: 'success',
      userId: user.id,
      userName: user.name,
    });
  }

  leave(at: number, person: Person, by: Person): void {
    const user = this.#desk.state.users.get(person.id);
    if (user === undefined || user.status === 'blocked') return;
    user.status = 'blocked';
    this.#desk.sink.userSaved(user);
    this.#desk.sink.audit({
      at,
      action: 'account-blocked',
      outcome: 'success',
      userId: user.id,
      userName: user.name,
      actorId: by.id,
      actorName: by.login,
    });
    for (const session of this.#desk.state.sessions.values())
      if (session.userId === user.id) this.#desk.endSilently(session, at, 'blocked');
  }
}

/** Looks like an argon2id hash and is none: nobody's password gives it. */
function inventHash(seed: number, userId: number, at: number): string {
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
