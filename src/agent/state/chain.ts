import { z } from 'zod';
import { canonical } from '#shared/domain/canonical.ts';
import type { Clock, EpochMs } from '#shared/domain/units.ts';
import { epochMs } from '#shared/domain/units.ts';
import { CHAIN_START, entryBody, headText, JournalEntry, type JournalHead } from '#shared/journal/entry.ts';
import type { Countersigned } from '#shared/protocol/journal.ts';
import type { SigningKey } from '../keys/signing-key.ts';
import { sha256, signatureHolds } from '../keys/signing-key.ts';
import type { Db } from './database.ts';

export type NewEntry = Pick<JournalEntry, 'by' | 'action' | 'subject' | 'details'>;
export interface ChainRow {
  readonly body: string;
  readonly hash: string;
  readonly signature: string;
}
/** What is wrong with a chain, and where. */
export interface ChainFault {
  readonly seq: number;
  readonly message: string;
}

/** What was done through this agent, hash-chained and signed, and the heads of others that it has signed. */
export interface Chain {
  /** Call in a transaction: another process may write too. */
  append(entry: NewEntry): void;
  head(): JournalHead;
  page(after: number, limit: number): readonly ChainRow[];
  /** The newest head of this installation that was signed. */
  lastOf(installation: string): Countersigned | null;
  /** Signs a head and notes it. Call in a transaction. */
  countersign(installation: string, head: JournalHead, by: JournalEntry['by']): Countersigned;
  /** Newest first; with `before` only those of smaller entries. */
  countersigned(installation: string, limit: number, before?: number): readonly Countersigned[];
  /** Walks the whole chain. */
  verify(): { readonly entries: number; readonly faults: readonly ChainFault[] };
}

/** What an agent signs when it countersigns a head. */
export const countersignText = (parts: {
  readonly installation: string;
  readonly head: JournalHead;
  readonly at: number;
  readonly own: JournalHead;
}): string => canonical(parts);

const MOST_FAULTS = 100;
interface HeadRow {
  seq: number;
  hash: string;
}
interface SignedRow {
  seq: number;
  hash: string;
  at: number;
  own_seq: number;
  own_hash: string;
  signature: string;
}
const Body = z.string().transform((text, context) => {
  try {
    return JournalEntry.parse(JSON.parse(text));
  } catch {
    context.addIssue({ code: 'custom', message: 'not an entry' });
    return z.NEVER;
  }
});

export function createChain(db: Db, key: SigningKey, clock: Clock): Chain {
  const last = db.prepare<[], HeadRow>('SELECT seq, hash FROM chain ORDER BY seq DESC LIMIT 1');
  const insert = db.prepare('INSERT INTO chain (seq, body, hash, signature) VALUES (?, ?, ?, ?)');
  const page = db.prepare<[number, number], ChainRow>(
    'SELECT body, hash, signature FROM chain WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const signed = db.prepare<[string, number, number], SignedRow>(
    'SELECT * FROM countersigned WHERE installation = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
  );
  const head = (): JournalHead => last.get() ?? { seq: 0, hash: CHAIN_START };
  const append = (entry: NewEntry, at: EpochMs = clock()) => {
    const before = head();
    const body = entryBody({ ...entry, seq: before.seq + 1, at, previous: before.hash });
    insert.run(before.seq + 1, body, sha256(body), key.sign(body));
  };
  const toSigned = ({ seq, hash, at, own_seq, own_hash, signature }: SignedRow): Countersigned => ({
    seq,
    hash,
    at: epochMs(at),
    own: { seq: own_seq, hash: own_hash },
    signature,
  });
  return {
    append: (entry) => append(entry),
    head,
    page: (after, limit) => page.all(after, limit),
    lastOf(installation) {
      const row = signed.get(installation, Number.MAX_SAFE_INTEGER, 1);
      return row === undefined ? null : toSigned(row);
    },
    countersign(installation, { seq, hash }, by) {
      const at = clock();
      append({ by, action: 'countersigned', details: { installation, seq, hash } }, at);
      const own = head();
      const signature = key.sign(countersignText({ installation, head: { seq, hash }, at, own }));
      db.prepare(
        `INSERT INTO countersigned (installation, seq, hash, at, own_seq, own_hash, signature) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ).run(installation, seq, hash, at, own.seq, own.hash, signature);
      return { seq, hash, at, own, signature };
    },
    countersigned: (installation, limit, before = Number.MAX_SAFE_INTEGER) =>
      signed.all(installation, before, limit).map(toSigned),
    verify() {
      const faults: ChainFault[] = [];
      const found = (seq: number, message: string) => {
        if (faults.length < MOST_FAULTS) faults.push({ seq, message });
      };
      let expected: JournalHead = { seq: 0, hash: CHAIN_START };
      let entries = 0;
      const rows = db.prepare<[], ChainRow & { seq: number }>('SELECT * FROM chain ORDER BY seq');
      for (const { seq, body, hash, signature } of rows.iterate()) {
        entries += 1;
        const entry = Body.safeParse(body);
        if (seq !== expected.seq + 1)
          found(expected.seq + 1, `entries ${String(expected.seq + 1)} to ${String(seq - 1)} are missing`);
        if (sha256(body) !== hash) found(seq, 'its content is not what was hashed: it was changed');
        if (!signatureHolds(key.publicKey, body, signature))
          found(seq, 'its signature is not by this agent’s key');
        if (!entry.success) found(seq, 'it is not an entry');
        else if (entry.data.seq !== seq) found(seq, `it says that it is entry ${String(entry.data.seq)}`);
        else if (seq === expected.seq + 1 && entry.data.previous !== expected.hash)
          found(seq, 'it does not follow the entry before it: one of them was replaced');
        expected = { seq, hash };
      }
      for (const row of db.prepare<[], SignedRow>('SELECT * FROM countersigned').all()) {
        const own = db
          .prepare<[number], HeadRow>('SELECT seq, hash FROM chain WHERE seq = ?')
          .get(row.own_seq);
        if (own === undefined)
          found(
            row.own_seq,
            `a signed head names entry ${String(row.own_seq)}, which is not there: the end was cut`,
          );
        else if (own.hash !== row.own_hash)
          found(row.own_seq, 'a signed head names another entry in its place: the past was rewritten');
      }
      return { entries, faults };
    },
  };
}

export const signedHead = (key: SigningKey, head: JournalHead) => ({
  ...head,
  signature: key.sign(headText(head)),
});
