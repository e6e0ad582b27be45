import type { Database as Db, Statement } from 'better-sqlite3';
import { z } from 'zod';
import { TRIMMED_TO } from './schema.ts';
import type { AuditRow, RememberRow, SessionRow, Sink, UserRow } from './state.ts';
import { State } from './state.ts';

const flag = z.int().transform((value) => value !== 0);
const Stored = {
  setting: z.object({ value: z.string() }),
  user: z.object({
    id: z.int(),
    name: z.string(),
    display_name: z.string(),
    email: z.string(),
    password_hash: z.string(),
    status: z.enum(['active', 'blocked']),
    created_at: z.int(),
    last_login_at: z.int().nullable(),
  }),
  role: z.object({ user_id: z.int(), role: z.string() }),
  session: z.object({
    id: z.string(),
    user_id: z.int(),
    created_at: z.int(),
    last_seen_at: z.int(),
    expires_at: z.int(),
    opened_ip: z.string(),
    opened_user_agent: z.string(),
    last_ip: z.string(),
    last_user_agent: z.string(),
    remember: flag,
    mfa: flag,
    one_time: flag,
    masquerade_by: z.int().nullable(),
    replaces: z.string().nullable(),
  }),
  remember: z.object({ id: z.string(), user_id: z.int(), user_agent: z.string(), expires_at: z.int() }),
  id: z.object({ id: z.string() }),
  status: z.object({ id: z.int(), status: z.enum(['active', 'blocked']) }),
  n: z.object({ n: z.int().nullable() }),
};

const AUDIT_COLUMNS = [
  'at',
  'action',
  'outcome',
  'reason',
  'user_id',
  'user_name',
  'ip',
  'user_agent',
  'session_id',
  'actor_id',
  'actor_name',
  'object_kind',
  'object_id',
  'object_name',
  'verb',
  'message',
] as const;

const columnsOf = (row: AuditRow): readonly (string | number | null)[] => [
  row.at,
  row.action,
  row.outcome,
  row.reason ?? null,
  row.userId ?? null,
  row.userName ?? null,
  row.ip ?? null,
  row.userAgent ?? null,
  row.sessionId ?? null,
  row.actorId ?? null,
  row.actorName ?? null,
  row.objectKind ?? null,
  row.objectId ?? null,
  row.objectName ?? null,
  row.verb ?? null,
  row.message ?? null,
];

/** The outcome so far of a stretch of history; null stands for what came and went. */
interface Bulk {
  readonly users: Set<UserRow>;
  readonly sessions: Map<string, SessionRow | null>;
  readonly tokens: Map<string, RememberRow | null>;
}

/**
 * Writes what the application does, row by row, inside transactions that the caller frames. While history is
 * written, sessions that come and go before its end never touch the table.
 */
export class Writer implements Sink {
  readonly #db: Db;
  readonly #put: Statement;
  readonly #touch: Statement;
  readonly #delete: Statement;
  readonly #log: Statement;
  readonly #user: Statement;
  readonly #dropRoles: Statement;
  readonly #role: Statement;
  readonly #remember: Statement;
  readonly #forget: Statement;
  #revision: number;
  #bulk: Bulk | null = null;
  /** Rows of sessions and log that were changed so far. */
  changes = 0;

  constructor(db: Db) {
    this.#db = db;
    this.#put = db.prepare(
      `INSERT INTO sessions (id, user_id, created_at, last_seen_at, expires_at, opened_ip, opened_user_agent, last_ip, last_user_agent,
         remember, mfa, one_time, masquerade_by, replaces, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET last_seen_at = excluded.last_seen_at, expires_at = excluded.expires_at, last_ip = excluded.last_ip,
         last_user_agent = excluded.last_user_agent, revision = excluded.revision`,
    );
    this.#touch = db.prepare(
      'UPDATE sessions SET last_seen_at = ?, expires_at = ?, last_ip = ?, last_user_agent = ?, revision = ? WHERE id = ?',
    );
    this.#delete = db.prepare('DELETE FROM sessions WHERE id = ?');
    this.#log = db.prepare(
      `INSERT INTO audit_log (${AUDIT_COLUMNS.join(', ')}) VALUES (${AUDIT_COLUMNS.map(() => '?').join(', ')})`,
    );
    this.#user = db.prepare(
      `INSERT INTO users (id, name, display_name, email, password_hash, status, created_at, last_login_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET password_hash = excluded.password_hash, status = excluded.status, last_login_at = excluded.last_login_at`,
    );
    this.#dropRoles = db.prepare('DELETE FROM user_roles WHERE user_id = ?');
    this.#role = db.prepare('INSERT INTO user_roles (user_id, role) VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.#remember = db.prepare(
      'INSERT INTO remember_tokens (id, user_id, user_agent, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#forget = db.prepare('DELETE FROM remember_tokens WHERE id = ?');
    this.#revision = Number(this.setting('revision') ?? '0');
  }

  /** From now on only the outcome counts for sessions and users; the log is written in full. */
  startBulk(): void {
    this.#bulk = { users: new Set(), sessions: new Map(), tokens: new Map() };
  }

  finishBulk(): void {
    const bulk = this.#bulk;
    this.#bulk = null;
    if (bulk === null) return;
    for (const user of bulk.users) this.userSaved(user);
    for (const [id, session] of bulk.sessions) {
      if (session === null) this.#delete.run(id);
      else this.sessionOpened(session);
    }
    for (const [id, token] of bulk.tokens) {
      if (token === null) this.#forget.run(id);
      else this.rememberSaved(token);
    }
  }

  audit(row: AuditRow): void {
    this.#log.run(...columnsOf(row));
    this.changes += 1;
  }

  sessionOpened(session: SessionRow): void {
    if (this.#bulk !== null) {
      this.#bulk.sessions.set(session.id, session);
      return;
    }
    this.#put.run(
      session.id,
      session.userId,
      session.createdAt,
      session.lastSeenAt,
      session.expiresAt,
      session.openedIp,
      session.openedUserAgent,
      session.lastIp,
      session.lastUserAgent,
      Number(session.remember),
      Number(session.mfa),
      Number(session.oneTime),
      session.masqueradeBy,
      session.replaces,
      this.#nextRevision(),
    );
    this.changes += 1;
  }

  sessionTouched(session: SessionRow): void {
    if (this.#bulk !== null) {
      this.#bulk.sessions.set(session.id, session);
      return;
    }
    this.#touch.run(
      session.lastSeenAt,
      session.expiresAt,
      session.lastIp,
      session.lastUserAgent,
      this.#nextRevision(),
      session.id,
    );
    this.changes += 1;
  }

  sessionRemoved(session: SessionRow): void {
    if (this.#bulk !== null) {
      this.#bulk.sessions.set(session.id, null);
      return;
    }
    this.#delete.run(session.id);
    this.changes += 1;
  }

  userSaved(user: UserRow): void {
    if (this.#bulk !== null) {
      this.#bulk.users.add(user);
      return;
    }
    this.#user.run(
      user.id,
      user.name,
      user.displayName,
      user.email,
      user.passwordHash,
      user.status,
      user.createdAt,
      user.lastLoginAt,
    );
    this.#dropRoles.run(user.id);
    for (const role of user.roles) this.#role.run(user.id, role);
  }

  rememberSaved(token: RememberRow): void {
    if (this.#bulk !== null) {
      this.#bulk.tokens.set(token.id, token);
      return;
    }
    this.#remember.run(token.id, token.userId, token.userAgent, token.expiresAt);
  }

  rememberRemoved(token: RememberRow): void {
    if (this.#bulk !== null) this.#bulk.tokens.set(token.id, null);
    else this.#forget.run(token.id);
  }

  setting(key: string): string | undefined {
    const row = this.#db.prepare('SELECT value FROM settings WHERE key = ?').get(key);
    return row === undefined ? undefined : Stored.setting.parse(row).value;
  }

  saveSetting(key: string, value: string): void {
    this.#db
      .prepare(
        'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      )
      .run(key, value);
  }

  /** To be called before a transaction that changed sessions ends. */
  saveRevision(): void {
    this.saveSetting('revision', String(this.#revision));
  }

  /** Everything the application holds, as it was committed. */
  load(): State {
    const state = new State();
    const roles = new Map<number, string[]>();
    for (const row of this.#db.prepare('SELECT user_id, role FROM user_roles ORDER BY user_id, role').all()) {
      const { user_id: id, role } = Stored.role.parse(row);
      roles.set(id, [...(roles.get(id) ?? []), role]);
    }
    for (const row of this.#db.prepare('SELECT * FROM users ORDER BY id').all()) {
      const user = Stored.user.parse(row);
      state.users.set(user.id, {
        id: user.id,
        name: user.name,
        displayName: user.display_name,
        email: user.email,
        passwordHash: user.password_hash,
        status: user.status,
        roles: roles.get(user.id) ?? [],
        createdAt: user.created_at,
        lastLoginAt: user.last_login_at,
      });
    }
    for (const row of this.#db.prepare('SELECT * FROM sessions ORDER BY created_at, id').all()) {
      const session = Stored.session.parse(row);
      state.add({
        id: session.id,
        userId: session.user_id,
        createdAt: session.created_at,
        lastSeenAt: session.last_seen_at,
        expiresAt: session.expires_at,
        openedIp: session.opened_ip,
        openedUserAgent: session.opened_user_agent,
        lastIp: session.last_ip,
        lastUserAgent: session.last_user_agent,
        remember: session.remember,
        mfa: session.mfa,
        oneTime: session.one_time,
        masqueradeBy: session.masquerade_by,
        replaces: session.replaces,
      });
    }
    for (const token of this.#tokens()) state.addRemembered(token);
    return state;
  }

  /** What others changed behind the application's back: sessions that are gone, accounts blocked, tokens cleared. */
  noticeOthers(state: State, gone: (session: SessionRow) => void): void {
    const ids = new Set(
      this.#db
        .prepare('SELECT id FROM sessions')
        .all()
        .map((row) => Stored.id.parse(row).id),
    );
    for (const session of [...state.sessions.values()]) if (!ids.has(session.id)) gone(session);
    for (const row of this.#db.prepare('SELECT id, status FROM users').all()) {
      const { id, status } = Stored.status.parse(row);
      const user = state.users.get(id);
      if (user !== undefined) user.status = status;
    }
    const tokens = new Set(this.#tokens().map((token) => token.id));
    for (const token of [...state.rememberedTokens()])
      if (!tokens.has(token.id)) state.removeRemembered(token);
  }

  /** Drops the oldest log rows: those before a time, and those beyond a number. */
  trimLog(before: number, keep: number): void {
    const newest = Stored.n.parse(this.#db.prepare('SELECT max(id) AS n FROM audit_log').get()).n ?? 0;
    const old =
      Stored.n.parse(this.#db.prepare('SELECT max(id) AS n FROM audit_log WHERE at < ?').get(before)).n ?? 0;
    const to = Math.max(old, newest - keep);
    if (this.#db.prepare('DELETE FROM audit_log WHERE id <= ?').run(to).changes > 0)
      this.saveSetting(TRIMMED_TO, String(to));
  }

  #tokens(): readonly RememberRow[] {
    return this.#db
      .prepare('SELECT * FROM remember_tokens ORDER BY id')
      .all()
      .map((row) => {
        const token = Stored.remember.parse(row);
        return {
          id: token.id,
          userId: token.user_id,
          userAgent: token.user_agent,
          expiresAt: token.expires_at,
        };
      });
  }

  #nextRevision(): number {
    this.#revision += 1;
    return this.#revision;
  }
}
