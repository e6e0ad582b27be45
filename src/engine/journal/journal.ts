import { z } from 'zod';
import type { Clock } from '#shared/domain/units.ts';
import {
  CHAIN_START,
  entryBody,
  headText,
  JournalEntry,
  type HeadsFile,
  type JournalHead,
} from '#shared/journal/entry.ts';
import { durableTransaction, type ReadableDb, type WritableDb } from '../mirror/database.ts';
import { sha256, type InstallationKey } from './key.ts';

/** What an operator did. Values must be JSON; secrets and whole addresses lists do not belong here. */
export interface OperatorAction {
  /** Lower case with hyphens: `command-sent`, `detection-closed`. */
  readonly action: string;
  readonly subject?: ActionSubject | undefined;
  readonly details?: ActionDetails | undefined;
}
export interface ActionSubject {
  readonly kind: string;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly connection?: string | undefined;
}
export type ActionDetails = Readonly<Record<string, z.infer<ReturnType<typeof z.json>>>>;

export interface OperatorJournal {
  /**
   * Appends one entry and returns the new head. Inside a transaction it becomes part of it, so that an act and its
   * entry are there together or not at all; outside it is on disk when this returns.
   * @throws the database's error: then the act must not happen
   */
  recordOperatorAction(action: OperatorAction): JournalHead;
  head(): JournalHead | null;
  /** The head, signed, to be kept elsewhere. Null while the journal is empty. */
  exportHeads(): HeadsFile | null;
  readonly key: InstallationKey;
}

export function createOperatorJournal(options: {
  readonly db: WritableDb;
  readonly key: InstallationKey;
  readonly clock: Clock;
  readonly by: () => { readonly id?: string; readonly name: string };
  /** An entry was written (its transaction may still be open). */
  readonly recorded?: () => void;
}): OperatorJournal {
  const { db, key, clock } = options;
  db.prepare('INSERT OR IGNORE INTO journal_key (fingerprint, public_key) VALUES (?, ?)').run(
    key.fingerprint,
    key.publicKey,
  );
  const add = db.prepare(
    'INSERT INTO journal (seq, at, action, key, body, hash, signature) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );

  const append = (action: OperatorAction): JournalHead => {
    const last = readHead(db);
    const entry = JournalEntry.parse({
      seq: (last?.seq ?? 0) + 1,
      at: clock(),
      previous: last?.hash ?? CHAIN_START,
      by: options.by(),
      action: action.action,
      ...(action.subject === undefined ? {} : { subject: action.subject }),
      details: action.details ?? {},
    });
    const body = entryBody(entry);
    const hash = sha256(body);
    add.run(entry.seq, entry.at, entry.action, key.fingerprint, body, hash, key.sign(body));
    options.recorded?.();
    return { seq: entry.seq, hash };
  };

  return {
    key,
    recordOperatorAction: (action) =>
      db.inTransaction ? append(action) : durableTransaction(db, () => append(action)),
    head: () => readHead(db),
    exportHeads: () => {
      const head = readHead(db);
      if (head === null) return null;
      return {
        'watchfloor-journal-heads': 1,
        installation: key.fingerprint,
        publicKey: key.publicKey,
        exportedAt: clock(),
        heads: [{ ...head, signature: key.sign(headText(head)) }],
      };
    },
  };
}

const Head = z.object({ seq: z.number(), hash: z.string() });
function readHead(db: ReadableDb): JournalHead | null {
  const row = db.prepare('SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1').get();
  return row === undefined ? null : Head.parse(row);
}
