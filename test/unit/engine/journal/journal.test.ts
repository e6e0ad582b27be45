import { statSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { entryBody, headText, JournalEntry, type HeadsFile } from '#shared/journal/entry.ts';
import { createOperatorJournal, type OperatorJournal } from '#engine/journal/journal.ts';
import { journalPage } from '#engine/journal/page.ts';
import { keyFile, openInstallationKey, sha256 } from '#engine/journal/key.ts';
import { verifyJournal } from '#engine/journal/verify.ts';
import { verifyProfile } from '#engine/journal/verify-profile.ts';
import { localHeadFile } from '#engine/journal/head-file.ts';
import { transaction, type WritableDb } from '#engine/mirror/database.ts';
import { testMirror } from '#test/support/test-mirror.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
interface World {
  readonly db: WritableDb;
  readonly profile: string;
  readonly journal: OperatorJournal;
}
function world(entries: number): World {
  const { db, profile } = testMirror();
  let now = 1_000;
  const journal = createOperatorJournal({
    db,
    key: openInstallationKey(profile, quiet, 1),
    clock: () => epochMs((now += 7)),
    by: () => ({ id: 'tess', name: 'Tess Ter' }),
  });
  for (let entry = 1; entry <= entries; entry += 1) {
    journal.recordOperatorAction({
      action: entry % 2 === 0 ? 'command-sent' : 'detection-closed',
      subject: { kind: 'operation', id: `o${String(entry)}`, name: 'End 3 sessions in “shop”' },
      details: { ended: entry, list: ['a', { b: null }] },
    });
  }
  return { db, profile, journal };
}
const verify = ({ db, journal }: World, heads: readonly HeadsFile[] = []) =>
  verifyJournal(db, heads, journal.key.fingerprint);
/** As somebody does who has the file and knows of the triggers. */
const tamper = (db: WritableDb, sql: string, ...bound: readonly unknown[]): void => {
  db.exec('DROP TRIGGER IF EXISTS journal_stays; DROP TRIGGER IF EXISTS journal_kept');
  db.prepare(sql).run(...bound);
};

test('what was recorded is verified, read back newest first, and bound to the entry before', () => {
  const one = world(5);
  const verdict = verify(one);
  expect(verdict.faults).toEqual([]);
  expect(verdict).toMatchObject({ entries: 5, head: { seq: 5 }, key: one.journal.key.fingerprint });
  const page = journalPage(one.db, { before: null, limit: 3 });
  expect(page.rows.map(({ seq }) => seq)).toEqual([5, 4, 3]);
  expect(page.rows[0]?.previous).toBe(page.rows[1]?.hash);
  expect(page.rows[0]?.by).toEqual({ id: 'tess', name: 'Tess Ter' });
  expect(journalPage(one.db, { before: page.next, limit: 3 }).rows.map(({ seq }) => seq)).toEqual([2, 1]);
  expect(journalPage(one.db, { before: null, action: 'command-sent', limit: 9 }).rows).toHaveLength(2);
});

test('an entry lives and dies with the transaction of the act it records', () => {
  const one = world(1);
  expect(() => {
    transaction(one.db, () => {
      one.journal.recordOperatorAction({ action: 'x' });
      throw new Error('the act failed');
    });
  }).toThrow('the act failed');
  expect(one.journal.head()?.seq).toBe(1);
  expect(verify(one).faults).toEqual([]);
});

test('the journal refuses to be changed or shortened by accident', () => {
  const { db } = world(2);
  expect(() => db.prepare("UPDATE journal SET action = 'y'").run()).toThrow('never changed');
  expect(() => db.prepare('DELETE FROM journal').run()).toThrow('never shortened');
});

const COLUMNS = ['body', 'hash', 'signature', 'action', 'key'] as const;
test('any single character changed in any column is found and its entry named', () => {
  const one = world(12);
  const heads = one.journal.exportHeads();
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom(...COLUMNS),
      fc.nat(),
      fc.integer({ min: 33, max: 126 }),
      (seq, column, position, code) => {
        const row = one.db.prepare(`SELECT ${column} AS text FROM journal WHERE seq = ?`).get(seq) as {
          text: string;
        };
        const at = position % row.text.length;
        const changed = row.text.slice(0, at) + String.fromCharCode(code) + row.text.slice(at + 1);
        fc.pre(changed !== row.text);
        tamper(one.db, `UPDATE journal SET ${column} = ? WHERE seq = ?`, changed, seq);
        try {
          const { faults } = verify(one, heads === null ? [] : [heads]);
          expect(faults.map((fault) => fault.seq)).toContain(seq);
        } finally {
          tamper(one.db, `UPDATE journal SET ${column} = ? WHERE seq = ?`, row.text, seq);
        }
      },
    ),
    { numRuns: 200 },
  );
  expect(verify(one).faults).toEqual([]);
});

test('a changed entry whose hash was made to fit is found by its signature', () => {
  const one = world(6);
  const row = one.db.prepare('SELECT body FROM journal WHERE seq = 3').pluck().get();
  const entry = JournalEntry.parse(JSON.parse(String(row)));
  const body = entryBody({ ...entry, details: { ended: 0 } });
  tamper(one.db, 'UPDATE journal SET body = ?, hash = ? WHERE seq = 3', body, sha256(body));
  expect(verify(one).faults).toEqual([expect.objectContaining({ is: 'changed', seq: 3 })]);
});

test('a changed time is found', () => {
  const one = world(3);
  tamper(one.db, 'UPDATE journal SET at = at + 1 WHERE seq = 2');
  expect(verify(one).faults).toEqual([expect.objectContaining({ is: 'changed', seq: 2 })]);
});

test('entries that were taken out are named', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }), (gone) => {
      const one = world(10);
      tamper(
        one.db,
        `DELETE FROM journal WHERE seq IN (SELECT value FROM json_each(?))`,
        JSON.stringify(gone),
      );
      const named = verify(one).faults.flatMap(({ is, seq, until = seq }) =>
        is === 'missing' ? Array.from({ length: until - seq + 1 }, (_, index) => seq + index) : [],
      );
      expect(named).toEqual([...gone].sort((a, b) => a - b));
    }),
    { numRuns: 15 },
  );
});

test('entries that changed places are named, also when their columns were made to fit', () => {
  const one = world(8);
  tamper(one.db, 'UPDATE journal SET seq = -1 WHERE seq = 2');
  tamper(one.db, 'UPDATE journal SET seq = 2 WHERE seq = 6');
  tamper(one.db, 'UPDATE journal SET seq = 6 WHERE seq = -1');
  const moved = verify(one).faults.filter(({ is }) => is === 'moved');
  expect(moved.map(({ seq }) => seq)).toEqual([2, 6]);
  expect(moved[0]?.message).toContain('written as entry 6');
});

test('a cut journal shows in heads that were exported, and in the head beside the database', () => {
  const one = world(9);
  const heads = one.journal.exportHeads();
  if (heads === null) throw new Error('no head');
  tamper(one.db, 'DELETE FROM journal WHERE seq > 6');
  expect(verify(one).faults).toEqual([]);
  const cut = expect.objectContaining({ is: 'truncated', seq: 7, until: 9 }) as unknown;
  expect(verify(one, [heads]).faults).toEqual([cut]);
  writeFileSync(localHeadFile(one.profile), JSON.stringify(heads));
  expect(verifyProfile(one.profile, [])).toMatchObject({ ok: true, value: { faults: [cut] } });
  const again = one.journal;
  for (let entry = 7; entry <= 9; entry += 1) again.recordOperatorAction({ action: 'another past' });
  expect(verify(one, [heads]).faults).toEqual([expect.objectContaining({ is: 'changed', seq: 9 })]);
});

test('heads that were changed themselves, or are of another installation, are said', () => {
  const one = world(4);
  const heads = one.journal.exportHeads();
  if (heads === null) throw new Error('no head');
  const [head] = heads.heads;
  if (head === undefined) throw new Error('no head');
  const earlier = { ...heads, heads: [{ ...head, seq: 3 }] };
  expect(verify(one, [earlier]).faults).toEqual([expect.objectContaining({ is: 'heads', seq: 3 })]);
  const other = world(4).journal.exportHeads();
  expect(verify(one, other === null ? [] : [other]).faults).toMatchObject([{ is: 'heads' }]);
});

test('a past that was signed anew with another key is found', () => {
  const one = world(4);
  const stranger = world(0);
  const forged = {
    ...JournalEntry.parse(
      JSON.parse(String(one.db.prepare('SELECT body FROM journal WHERE seq = 4').pluck().get())),
    ),
    details: {},
  };
  const body = entryBody(forged);
  const { key } = stranger.journal;
  one.db.prepare('INSERT INTO journal_key VALUES (?, ?)').run(key.fingerprint, key.publicKey);
  tamper(
    one.db,
    'UPDATE journal SET body = ?, hash = ?, signature = ?, key = ? WHERE seq = 4',
    body,
    sha256(body),
    key.sign(body),
    key.fingerprint,
  );
  expect(verify(one).faults.map(({ is }) => is)).toContain('key');
});

test('the key is its owner’s alone, stays the same, and an unusable one is kept beside a new one', () => {
  const { profile, journal } = world(1);
  expect(statSync(keyFile(profile)).mode & 0o077).toBe(0);
  expect(openInstallationKey(profile, quiet, 2).fingerprint).toBe(journal.key.fingerprint);
  writeFileSync(keyFile(profile), 'not a key');
  const fresh = openInstallationKey(profile, quiet, 3);
  expect(fresh.fingerprint).not.toBe(journal.key.fingerprint);
  expect(fresh.sign(headText({ seq: 1, hash: 'x' }))).not.toBe(
    journal.key.sign(headText({ seq: 1, hash: 'x' })),
  );
});
