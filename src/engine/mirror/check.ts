import { existsSync } from 'node:fs';
import { failure, success, type Result } from '#shared/domain/result.ts';
import { openReadable } from './database.ts';
import { lockedProblem } from './encryption/locked.ts';
import { mirrorFile } from './mirror-file.ts';

export interface MirrorCheck {
  readonly schema: number;
  readonly sessions: number;
  readonly events: number;
  /** Empty when all is well. */
  readonly faults: readonly string[];
}

/** What must never be: rows that point at nothing. The tables of ingest have no REFERENCES that would see to it. */
const ORPHANS: readonly (readonly [string, string])[] = [
  [
    'sessions without a handle',
    'SELECT count(*) FROM session s LEFT JOIN handle h ON h.key = s.key WHERE h.key IS NULL',
  ],
  [
    'sessions of an unknown connection',
    'SELECT count(*) FROM session s LEFT JOIN connection c ON c.key = s.connection WHERE c.key IS NULL',
  ],
  [
    'sessions of an unknown account',
    'SELECT count(*) FROM session s LEFT JOIN account a ON a.key = s.account WHERE s.account IS NOT NULL AND a.key IS NULL',
  ],
  [
    'observations of an unknown session',
    'SELECT count(*) FROM observation o LEFT JOIN session s ON s.key = o.session WHERE s.key IS NULL',
  ],
  [
    'events that no segment counts, or counted ones that are not there',
    'SELECT abs((SELECT count(*) FROM audit) - (SELECT coalesce(sum(events), 0) FROM audit_part))',
  ],
  [
    'events with an unknown action',
    'SELECT count(*) FROM audit e LEFT JOIN word w ON w.key = e.action WHERE w.key IS NULL',
  ],
  [
    'events at an unknown address',
    'SELECT count(*) FROM audit e LEFT JOIN address p ON p.key = e.address WHERE e.address IS NOT NULL AND p.key IS NULL',
  ],
  [
    'events of an unknown session',
    'SELECT count(*) FROM audit e LEFT JOIN handle h ON h.key = e.session WHERE e.session IS NOT NULL AND h.key IS NULL',
  ],
];

/** Reads the whole database and looks for damage. Writes nothing; an engine may work on it meanwhile. */
export const checkMirror = (profile: string): Result<MirrorCheck> => checkFile(mirrorFile(profile));

/** The same for a mirror that lies somewhere else, such as a backup. */
export function checkFile(file: string): Result<MirrorCheck> {
  if (!existsSync(file)) {
    return failure({
      code: 'NOT_FOUND',
      message: `There is no ${file}.`,
      advice: 'Check the profile folder.',
    });
  }
  const locked = lockedProblem(file);
  if (locked !== null) return failure(locked);
  try {
    const db = openReadable(file);
    try {
      const integrity = db.pragma('integrity_check(100)', { simple: false }) as readonly {
        readonly integrity_check: string;
      }[];
      const faults = integrity.map((row) => row.integrity_check).filter((text) => text !== 'ok');
      const count = (sql: string): number => Number(db.prepare(sql).pluck().get());
      if (faults.length === 0) {
        for (const [what, sql] of ORPHANS) {
          const found = count(sql);
          if (found > 0) faults.push(`${String(found)} ${what}`);
        }
      }
      return success({
        schema: Number(db.pragma('user_version', { simple: true })),
        sessions: faults.length === 0 ? count('SELECT count(*) FROM session') : 0,
        events: faults.length === 0 ? count('SELECT coalesce(sum(events), 0) FROM audit_part') : 0,
        faults,
      });
    } finally {
      db.close();
    }
  } catch (error) {
    return failure({
      code: 'DATABASE_DAMAGED',
      message: `${file} is damaged: ${error instanceof Error ? error.message : 'it cannot be read'}.`,
      advice:
        '“watchfloor recover” keeps it and reads what can be read into a new one; so does the next start. Agents deliver what they still have anew.',
    });
  }
}
