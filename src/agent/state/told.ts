import type { SessionId } from '#shared/domain/ids.ts';
import type { Clock, EpochMs } from '#shared/domain/units.ts';
import type { Session } from '#shared/protocol/records.ts';
import type { Db } from './database.ts';

/** What an application told about a session. */
export interface Telling {
  readonly session: SessionId;
  /** At sign-in, or at a later moment. */
  readonly when: 'opened' | 'last';
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly mfa: boolean;
}

/** Facts told by an application (push), laid over what the store leaves unknown. */
export interface Told {
  put(telling: Telling): void;
  /** The session with what was told where the store knows nothing; the same object when nothing was. */
  over(session: Session): Session;
  /** Sessions that something was told of. */
  sessions(): readonly SessionId[];
  trim(before: EpochMs): void;
}

interface Row {
  opened_ip: string | null;
  opened_user_agent: string | null;
  last_ip: string | null;
  last_user_agent: string | null;
  mfa: number;
}

/** @param live whether a session is in the mirror */
export function createTold(db: Db, clock: Clock, live: (session: string) => boolean): Told {
  const one = db.prepare<[string], Row>('SELECT * FROM told WHERE session = ?');
  const any = db.prepare('SELECT 1 FROM told LIMIT 1');
  const put = db.prepare(
    `INSERT INTO told (session, opened_ip, opened_user_agent, last_ip, last_user_agent, mfa, told_at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (session) DO UPDATE SET opened_ip = coalesce(excluded.opened_ip, opened_ip),
       opened_user_agent = coalesce(excluded.opened_user_agent, opened_user_agent),
       last_ip = coalesce(excluded.last_ip, last_ip),
       last_user_agent = coalesce(excluded.last_user_agent, last_user_agent),
       mfa = max(mfa, excluded.mfa), told_at = excluded.told_at`,
  );
  const old = db.prepare<[number], { session: string }>('SELECT session FROM told WHERE told_at < ?');
  const forget = db.prepare('DELETE FROM told WHERE session = ?');
  // Most agents are never told anything: then no session costs a question.
  let empty = any.get() === undefined;
  return {
    put({ session, when, ip, userAgent, mfa }) {
      const opened = when === 'opened' ? [ip, userAgent] : [null, null];
      const last = when === 'last' ? [ip, userAgent] : [null, null];
      put.run(session, ...opened, ...last, mfa ? 1 : 0, clock());
      empty = false;
    },
    over(session) {
      const row = empty ? undefined : one.get(session.id);
      if (row === undefined) return session;
      const marks =
        row.mfa === 1 && !session.marks.includes('mfa') ? [...session.marks, 'mfa' as const] : session.marks;
      const { opened, last } = session;
      return {
        ...session,
        opened: {
          ...opened,
          ip: opened.ip ?? row.opened_ip,
          userAgent: opened.userAgent ?? row.opened_user_agent,
        },
        last: { ...last, ip: last.ip ?? row.last_ip, userAgent: last.userAgent ?? row.last_user_agent },
        marks,
      };
    },
    sessions: () =>
      db
        .prepare<[], { session: SessionId }>('SELECT session FROM told')
        .all()
        .map(({ session }) => session),
    trim(before) {
      for (const { session } of old.all(before)) if (!live(session)) forget.run(session);
    },
  };
}
