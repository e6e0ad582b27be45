/** A row of `users` with its roles. */
export interface UserRow {
  readonly id: number;
  readonly name: string;
  readonly displayName: string;
  readonly email: string;
  passwordHash: string;
  status: 'active' | 'blocked';
  roles: readonly string[];
  readonly createdAt: number;
  lastLoginAt: number | null;
}

/** A row of `sessions`. */
export interface SessionRow {
  readonly id: string;
  readonly userId: number;
  readonly createdAt: number;
  lastSeenAt: number;
  expiresAt: number;
  readonly openedIp: string;
  readonly openedUserAgent: string;
  lastIp: string;
  lastUserAgent: string;
  readonly remember: boolean;
  readonly mfa: boolean;
  readonly oneTime: boolean;
  readonly masqueradeBy: number | null;
  readonly replaces: string | null;
}

/** A row of `remember_tokens`: lets a browser sign in again without a password. */
export interface RememberRow {
  readonly id: string;
  readonly userId: number;
  readonly userAgent: string;
  readonly expiresAt: number;
}

/** A row of `audit_log` before it has its number. */
export interface AuditRow {
  readonly at: number;
  readonly action: string;
  readonly outcome: 'success' | 'failure';
  readonly reason?: string;
  readonly userId?: number;
  readonly userName?: string;
  readonly ip?: string;
  readonly userAgent?: string;
  readonly sessionId?: string;
  readonly actorId?: number;
  readonly actorName?: string;
  readonly objectKind?: string;
  readonly objectId?: string;
  readonly objectName?: string;
  readonly verb?: string;
  readonly message?: string;
}

/** Where the application writes what it did; the database, or a list in a test. */
export interface Sink {
  audit(row: AuditRow): void;
  sessionOpened(session: SessionRow): void;
  sessionTouched(session: SessionRow): void;
  sessionRemoved(session: SessionRow): void;
  userSaved(user: UserRow): void;
  rememberSaved(token: RememberRow): void;
  rememberRemoved(token: RememberRow): void;
}

export type EndCause = 'logout' | 'expired' | 'credential-change' | 'replaced' | 'blocked' | 'removed';

/** The simulator's own knowledge of who was signed in, independent of what was written. */
export interface Witness {
  opened(session: SessionRow): void;
  /** `at` is when the session stopped being usable. */
  ended(session: SessionRow, at: number, cause: EndCause): void;
}

/** Rows by whose they are and which browser holds them; a text for both would have to be made at every look-up. */
class BySlot<Row extends { readonly userId: number }> {
  readonly #users = new Map<number, Map<string, Row>>();

  get(userId: number, browser: string): Row | undefined {
    return this.#users.get(userId)?.get(browser);
  }

  set(row: Row, browser: string): void {
    let browsers = this.#users.get(row.userId);
    if (browsers === undefined) {
      browsers = new Map();
      this.#users.set(row.userId, browsers);
    }
    browsers.set(browser, row);
  }

  delete(row: Row, browser: string): void {
    this.#users.get(row.userId)?.delete(browser);
  }

  *all(): Iterable<Row> {
    for (const browsers of this.#users.values()) yield* browsers.values();
  }
}

/** A support person's browser holds its sessions as others apart from its own. */
const browserOf = (userAgent: string, masqueradeBy: number | null): string =>
  masqueradeBy === null ? userAgent : `${String(masqueradeBy)}|${userAgent}`;

/** The application's rows in memory, with the look-ups it needs. */
export class State {
  readonly users = new Map<number, UserRow>();
  readonly sessions = new Map<string, SessionRow>();
  readonly #slots = new BySlot<SessionRow>();
  readonly #remember = new BySlot<RememberRow>();

  /** A browser holds one session of one account at a time: that is its slot. */
  sessionIn(userId: number, userAgent: string, masqueradeBy: number | null): SessionRow | undefined {
    return this.#slots.get(userId, browserOf(userAgent, masqueradeBy));
  }

  add(session: SessionRow): void {
    this.sessions.set(session.id, session);
    this.#slots.set(session, browserOf(session.openedUserAgent, session.masqueradeBy));
  }

  remove(session: SessionRow): void {
    this.sessions.delete(session.id);
    const browser = browserOf(session.openedUserAgent, session.masqueradeBy);
    if (this.#slots.get(session.userId, browser) === session) this.#slots.delete(session, browser);
  }

  remembered(userId: number, userAgent: string): RememberRow | undefined {
    return this.#remember.get(userId, userAgent);
  }

  addRemembered(token: RememberRow): void {
    this.#remember.set(token, token.userAgent);
  }

  removeRemembered(token: RememberRow): void {
    this.#remember.delete(token, token.userAgent);
  }

  rememberedTokens(): Iterable<RememberRow> {
    return this.#remember.all();
  }
}
