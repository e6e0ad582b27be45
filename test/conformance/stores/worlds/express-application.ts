import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { StoredSession } from '#agent/stores/store-adapter.ts';
import type { Knows, Person, Visit } from '../world.ts';

export const MAX_AGE = 7_200_000;

/** Where the invented application keeps things in its sessions. */
export const MAPPING = {
  user: ['/passport/user', '/user/id'],
  name: '/user/name',
  roles: '/user/roles',
  address: '/login/ip',
  userAgent: '/login/userAgent',
  openedAt: '/login/at',
};

export const KNOWS: Knows = {
  openedAt: true,
  openedIp: true,
  openedUserAgent: true,
  lastAt: true,
  lastIp: false,
  lastUserAgent: false,
  expiresAt: true,
  roles: true,
  accounts: false,
  blocking: false,
  credential: false,
  incremental: true,
  glance: true,
};

export interface Row {
  readonly account: string;
  readonly json: Record<string, unknown>;
  readonly at: number;
}

/** What an Express application would put into its sessions, as express-session serialises it. */
export class ExpressApplication {
  readonly secrets: string[] = [];
  readonly people = new Map<string, Person>();
  readonly rows = new Map<string, Row>();
  readonly #out = new Set<string>();

  secret(bytes = 24): string {
    const value = randomBytes(bytes).toString('base64url');
    this.secrets.push(value);
    return value;
  }

  addPerson(person: Person): string {
    const id = `u-${String(this.people.size + 1)}`;
    this.people.set(id, person);
    return id;
  }

  cookie(at: number): Record<string, unknown> {
    return {
      originalMaxAge: MAX_AGE,
      expires: new Date(at + MAX_AGE).toISOString(),
      secure: true,
      httpOnly: true,
      path: '/',
      sameSite: 'lax',
    };
  }

  user(account: string): Record<string, unknown> {
    const person = this.people.get(account);
    return {
      id: account,
      name: person?.name,
      roles: person?.roles.map((name) => ({ name })),
      email: person?.email,
    };
  }

  signIn(account: string, visit: Visit): { readonly sid: string; readonly row: Row } {
    const sid = this.secret();
    const json = {
      cookie: this.cookie(visit.at),
      csrf: this.secret(),
      user: this.user(account),
      login: { ip: visit.ip, userAgent: visit.userAgent, at: visit.at },
      last: { ip: visit.ip, userAgent: visit.userAgent },
      flash: { info: ['Grüße 🦉 \u0000 </script>'] },
    };
    const row = { account, json, at: visit.at };
    this.rows.set(sid, row);
    return { sid, row };
  }

  get(sid: string): Row {
    const row = this.rows.get(sid);
    if (row === undefined) throw new Error('no such session');
    return row;
  }

  /** The application forgets the session; a request under way may still know it (see `get`). */
  signOut(sid: string): void {
    this.#out.add(sid);
  }

  /** The sessions that have to be written anew: those that are signed in. */
  setRoles(account: string, roles: readonly string[]): readonly (readonly [string, Row])[] {
    const person = this.people.get(account);
    if (person !== undefined) this.people.set(account, { ...person, roles });
    const changed: (readonly [string, Row])[] = [];
    for (const [sid, row] of this.rows) {
      if (row.account !== account || this.#out.has(sid)) continue;
      const next = { ...row, json: { ...row.json, user: this.user(account) } };
      this.rows.set(sid, next);
      changed.push([sid, next]);
    }
    return changed;
  }

  guest(at: number): string {
    return JSON.stringify({
      cookie: this.cookie(at),
      csrf: this.secret(),
      cart: [{ id: 7, user: { id: 'u-1' } }],
    });
  }

  /** JSON of sessions that a store accepts and that mean harm or make no sense. */
  hostile(account: string, at: number): readonly string[] {
    const base = { cookie: this.cookie(at), user: this.user(account), csrf: this.secret() };
    const text = (more: Record<string, unknown>): string => JSON.stringify({ ...base, ...more });
    return [
      text({ blob: 'x'.repeat(1024 * 1024), login: 'nonsense' }),
      text({ blob: 'ü🦉'.repeat(20_000), nul: 'a\u0000b' }),
      `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},${text({}).slice(1)}`,
      text({ login: { ip: { a: 1 }, userAgent: ['x'], at: 'never' } }),
      text({ login: { ip: '1.2.3', userAgent: 'y'.repeat(100_000), at: -1 } }),
      text({ login: { ip: '999.1.1.1', at: 1e300 } }),
      text({ cookie: { originalMaxAge: 'x', expires: 'y' } }),
      text({ cookie: { originalMaxAge: -5, expires: 12 } }),
      text({ cookie: { originalMaxAge: 1e308 } }),
      text({ passport: { user: { nested: true } } }),
      text({ list: Array.from({ length: 5_000 }, (_, index) => ({ index })) }),
      text({ deep: JSON.parse('['.repeat(50) + ']'.repeat(50)) as unknown }),
    ];
  }

  checkHostile(session: StoredSession): void {
    expect(session.opened).toEqual({ at: null, ip: null, userAgent: null });
    expect(session.marks).toEqual([]);
  }
}
