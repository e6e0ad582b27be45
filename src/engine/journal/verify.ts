import { z } from 'zod';
import { CHAIN_START, entryBody, headText, JournalEntry, type HeadsFile } from '#shared/journal/entry.ts';
import type { JournalFault, JournalVerdict } from '#shared/ipc/journal-views.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { fingerprintOf, sha256, signatureHolds } from './key.ts';

const Row = z.object({
  seq: z.number(),
  at: z.number(),
  action: z.string(),
  key: z.string(),
  body: z.string(),
  hash: z.string(),
  signature: z.string(),
});
type Row = z.infer<typeof Row>;

/** Faults beyond this many are counted, not listed. */
const MOST_FAULTS = 200;

/**
 * Walks the whole chain: content, order, hashes, signatures, and the heads that were kept elsewhere.
 * @param heads files exported earlier, and the head that is kept beside the database
 * @param expected fingerprint of the installation's key; null when it is not at hand
 */
export function verifyJournal(
  db: ReadableDb,
  heads: readonly HeadsFile[],
  expected: string | null,
): JournalVerdict {
  const faults: JournalFault[] = [];
  const found = (fault: JournalFault): void => {
    if (faults.length < MOST_FAULTS) faults.push(fault);
  };
  const keys = readKeys(db, found);
  const hashes = new Map<number, string>();
  const wanted = new Set(heads.flatMap((file) => file.heads.map(({ seq }) => seq)));
  let before: { readonly hash: string; readonly sound: boolean } = { hash: CHAIN_START, sound: true };
  let next = 1;
  let entries = 0;
  let last: { seq: number; hash: string; at: number } | null = null;
  let key: string | null = null;
  for (const raw of db.prepare('SELECT * FROM journal ORDER BY seq').iterate()) {
    const row = Row.parse(raw);
    if (row.seq !== next) {
      found({ is: 'missing', seq: next, until: row.seq - 1, message: missing(next, row.seq - 1) });
      before = { hash: '', sound: false };
    }
    if (key !== null && row.key !== key) {
      found({
        is: 'key',
        seq: row.seq,
        message: `From entry ${String(row.seq)} on another key signs: the installation’s key was replaced.`,
      });
    }
    key = row.key;
    const fault = faultOf(row, keys) ?? linkFault(row, before);
    if (fault !== null) found(fault);
    before = { hash: row.hash, sound: fault === null };
    if (wanted.has(row.seq)) hashes.set(row.seq, sha256(row.body));
    last = { seq: row.seq, hash: row.hash, at: row.at };
    next = row.seq + 1;
    entries += 1;
  }
  if (expected !== null && key !== null && key !== expected) {
    found({
      is: 'key',
      seq: next - 1,
      message: 'The entries are signed with another key than this installation’s.',
    });
  }
  for (const file of heads) for (const fault of headFaults(file, hashes, last?.seq ?? 0, keys)) found(fault);
  return { entries, head: last, key, faults };
}

const missing = (from: number, to: number): string =>
  from === to ? `Entry ${String(from)} is missing.` : `Entries ${String(from)} to ${String(to)} are missing.`;

function readKeys(db: ReadableDb, found: (fault: JournalFault) => void): ReadonlyMap<string, string> {
  const Key = z.object({ fingerprint: z.string(), public_key: z.string() });
  const keys = new Map<string, string>();
  for (const raw of db.prepare('SELECT fingerprint, public_key FROM journal_key').all()) {
    const { fingerprint, public_key } = Key.parse(raw);
    if (fingerprintOf(public_key) === fingerprint) keys.set(fingerprint, public_key);
    else
      found({
        is: 'key',
        seq: 0,
        message: `The stored public key ${fingerprint.slice(0, 12)}… was changed.`,
      });
  }
  return keys;
}

/** What is wrong with an entry by itself. */
function faultOf(row: Row, keys: ReadonlyMap<string, string>): JournalFault | null {
  const changed = (what: string): JournalFault => ({
    is: 'changed',
    seq: row.seq,
    message: `Entry ${String(row.seq)} was changed: ${what}.`,
  });
  const publicKey = keys.get(row.key);
  if (sha256(row.body) !== row.hash) return changed('its hash is not that of its content');
  if (publicKey === undefined) return changed('the key that signed it is not known here');
  if (!signatureHolds(publicKey, row.body, row.signature)) return changed('its signature does not hold');
  const entry = parsed(row.body);
  if (entry === null) return changed('its content is no entry');
  if (entry.seq !== row.seq) {
    return {
      is: 'moved',
      seq: row.seq,
      message: `Entry ${String(row.seq)} was moved: it was written as entry ${String(entry.seq)}.`,
    };
  }
  if (entry.at !== row.at || entry.action !== row.action)
    return changed('time or action differ from what was signed');
  return null;
}

function parsed(body: string): JournalEntry | null {
  try {
    const entry = JournalEntry.parse(JSON.parse(body));
    return entryBody(entry) === body ? entry : null;
  } catch {
    return null;
  }
}

/** Sound by itself, yet bound to another past: entries before it were replaced. */
function linkFault(
  row: Row,
  before: { readonly hash: string; readonly sound: boolean },
): JournalFault | null {
  if (!before.sound || parsed(row.body)?.previous === before.hash) return null;
  return {
    is: 'unlinked',
    seq: row.seq,
    message: `Entry ${String(row.seq)} does not follow from the one before it: the past before it was rewritten.`,
  };
}

function* headFaults(
  file: HeadsFile,
  hashes: ReadonlyMap<number, string>,
  last: number,
  keys: ReadonlyMap<string, string>,
): Generator<JournalFault> {
  if (fingerprintOf(file.publicKey) !== file.installation || !keys.has(file.installation)) {
    yield {
      is: 'heads',
      seq: 0,
      message: 'The heads are of another installation, or their key was changed.',
    };
    return;
  }
  for (const head of file.heads) {
    const { seq } = head;
    if (!signatureHolds(file.publicKey, headText(head), head.signature)) {
      yield {
        is: 'heads',
        seq,
        message: `The kept head ${String(seq)} was changed: its signature does not hold.`,
      };
    } else if (seq > last) {
      yield {
        is: 'truncated',
        seq: last + 1,
        until: seq,
        message: `The journal was cut: it had reached entry ${String(seq)}, now it ends at ${String(last)}.`,
      };
    } else if (hashes.get(seq) !== undefined && hashes.get(seq) !== head.hash) {
      yield {
        is: 'changed',
        seq,
        message: `Entry ${String(seq)} was rewritten: its kept head is another one.`,
      };
    }
  }
}
