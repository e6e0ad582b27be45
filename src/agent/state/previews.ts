import { randomUUID } from 'node:crypto';
import type { OperatorId, PreviewId, SessionId } from '#shared/domain/ids.ts';
import type { Clock, EpochMs } from '#shared/domain/units.ts';
import { epochMs, HOUR } from '#shared/domain/units.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { Db } from './database.ts';

export interface PreviewedSession {
  readonly session: SessionId;
  readonly account: string | null;
  readonly sealed: Buffer;
}
export interface Preview {
  readonly id: PreviewId;
  readonly operator: string;
  /** Canonical JSON of the selector. */
  readonly selector: string;
  readonly expiresAt: EpochMs;
}

/** What dry runs showed, so that acting on a preview ends exactly those sessions. */
export interface Previews {
  /** Call in a transaction. */
  create(operator: OperatorId, selector: string, sessions: Iterable<PreviewedSession>): Preview;
  find(id: string): Preview | null;
  sessions(id: PreviewId): readonly PreviewedSession[];
  /** Sessions after this one, by id. */
  page(id: PreviewId, after: string, limit: number): readonly PreviewedSession[];
  /** Forgets previews that expired long enough ago for nobody to ask about them. */
  trim(): void;
}

export function createPreviews(db: Db, clock: Clock): Previews {
  const insert = db.prepare('INSERT INTO previews (id, operator, selector, expires_at) VALUES (?, ?, ?, ?)');
  const add = db.prepare(
    'INSERT INTO preview_sessions (preview, session, account, sealed) VALUES (?, ?, ?, ?)',
  );
  const one = db.prepare<[string], { id: string; operator: string; selector: string; expires_at: number }>(
    'SELECT * FROM previews WHERE id = ?',
  );
  const list = db.prepare<[string], PreviewedSession>(
    'SELECT session, account, sealed FROM preview_sessions WHERE preview = ? ORDER BY session',
  );
  const page = db.prepare<[string, string, number], PreviewedSession>(
    'SELECT session, account, sealed FROM preview_sessions WHERE preview = ? AND session > ? ORDER BY session LIMIT ?',
  );
  return {
    create(operator, selector, sessions) {
      const id = randomUUID() as string as PreviewId;
      const expiresAt = epochMs(clock() + LIMITS.previewLivesMs);
      insert.run(id, operator, selector, expiresAt);
      for (const { session, account, sealed } of sessions) add.run(id, session, account, sealed);
      return { id, operator, selector, expiresAt };
    },
    find(id) {
      const row = one.get(id);
      if (row === undefined) return null;
      return {
        id: row.id as PreviewId,
        operator: row.operator,
        selector: row.selector,
        expiresAt: epochMs(row.expires_at),
      };
    },
    sessions: (id) => list.all(id),
    page: (id, after, limit) => page.all(id, after, limit),
    trim() {
      const now = clock();
      db.prepare(
        'DELETE FROM preview_sessions WHERE preview IN (SELECT id FROM previews WHERE expires_at < ?)',
      ).run(now);
      db.prepare('DELETE FROM previews WHERE expires_at < ?').run(now - 24 * HOUR);
    },
  };
}
