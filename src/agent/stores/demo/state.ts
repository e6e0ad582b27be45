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

const slotOf = (userId: number, userAgent: string, masqueradeBy: number | null): string =>
  `${String(userId)}|${String(masqueradeBy ?? '')}|${userAgent}`;

/** The application's rows in memory, with the look-ups it needs. */
export class State {
  readonly users = new Map<number, UserRow>();
  readonly sessions = new Map<string, SessionRow>();
  readonly #slots = new Map<string, string>();
  readonly #remember = new Map<string, RememberRow>();

  /** A browser holds one session of one account at a time: that is its slot. */
  sessionIn(userId: number, userAgent: string, masqueradeBy: number | null): SessionRow | undefined {
    const id = this.#slots.get(slotOf(userId, userAgent, masqueradeBy));
    return id === undefined ? undefined : this.sessions.get(id);
  }

  add(session: SessionRow): void {
    this.sessions.set(session.id, session);
    this.#slots.set(slotOf(session.userId, session.openedUserAgent, session.masqueradeBy), session.id);
  }

  remove(session: SessionRow): void {
    this.sessions.delete(session.id);
    const slot = slotOf(session.userId, session.openedUserAgent, session.masqueradeBy);
    if (this.#slots.get(slot) === session.id) this.#slots.delete(slot);
  }

  remembered(userId: number, userAgent: string): RememberRow | undefined {
    return this.#remember.get(slotOf(userId, userAgent, null));
  }

  addRemembered(token: RememberRow): void {
    this.#remember.set(slotOf(token.userId, token.userAgent, null), token);
  }

  removeRemembered(token: RememberRow): void {
    this.#remember.delete(slotOf(token.userId, token.userAgent, null));
  }

  rememberedTokens(): Iterable<RememberRow> {
    return this.#remember.values();
  }
}
