import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { createHandleKeys } from '#agent/keys/handle-keys.ts';
import { keyFileIn, readOrCreateSecret } from '#agent/keys/key-file.ts';
import { countersignText } from '#agent/state/chain.ts';
import { localHeadFile } from '#engine/journal/head-file.ts';
import { openInstallationKey, sha256 } from '#engine/journal/key.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { entryBody, headText, JournalEntry } from '#shared/journal/entry.ts';
import { silent } from '#test/support/agent-in-process.ts';
import { startDesk, startSite, type Site } from '#test/support/response-world.ts';
import type { TestEngine } from '#test/support/test-engine.ts';
import { closing } from './cleanups.ts';

// Console and agent hold each other to their pasts. Who rewrites one of them here has its key and does it well: hashes,
// links, signatures and the head beside the database are all as they should be.

const open = closing();
async function world() {
  const folder = open.folder();
  const profile = open.folder();
  const site = await startSite(folder, 'shop');
  open.later(() => site.agent.stop());
  site.store.put('ann-0', { account: 'ann' });
  const { engine, connections } = await startDesk(profile, [site]);
  open.later(() => engine.stop());
  return { site, engine, profile, connection: String(connections[0]), dataDir: join(folder, 'shop') };
}
const note = (engine: TestEngine, id: string) =>
  engine.call('journal.note', { action: 'data-exported', subject: { kind: 'sessions', id }, count: 1 });
const headOf = async (engine: TestEngine) => (await engine.call('journal.verify', {})).head?.seq ?? 0;
/** Waits until the agent has signed the newest entry. */
const signed = (engine: TestEngine) =>
  engine.until('countersigned', async () => {
    const [row] = engine.rows('SELECT max(seq) AS seq FROM journal_countersign');
    return row?.['seq'] === (await headOf(engine));
  });
/** An agent that greets is asked to sign at once. */
async function signedAnew(engine: TestEngine, site: Site): Promise<void> {
  await note(engine, 'noted');
  await site.restart();
  await signed(engine);
}
const compared = (engine: TestEngine) => engine.call('journal.verify', { agents: true });

/** Rewrites a chain from an entry on, as its owner can. */
function rechain(
  entries: readonly JournalEntry[],
  change: (entry: JournalEntry) => JournalEntry,
): readonly { readonly entry: JournalEntry; readonly body: string; readonly hash: string }[] {
  let previous = entries[0]?.previous ?? '';
  return entries.map((old) => {
    const entry = { ...change(old), previous };
    const body = entryBody(entry);
    previous = sha256(body);
    return { entry, body, hash: previous };
  });
}
const entriesOf = (db: Database.Database, table: string): JournalEntry[] =>
  db
    .prepare(`SELECT body FROM ${table} ORDER BY seq`)
    .pluck()
    .all()
    .map((body) => JournalEntry.parse(JSON.parse(String(body))));

function tamperConsole(profile: string, tamper: (db: Database.Database) => void): void {
  const key = openInstallationKey(profile, silent, 0);
  const db = new Database(mirrorFile(profile));
  db.exec('DROP TRIGGER journal_stays; DROP TRIGGER journal_kept;');
  tamper(db);
  const head = db.prepare('SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1').get() as {
    seq: number;
    hash: string;
  };
  db.close();
  const heads = [{ ...head, signature: key.sign(headText(head)) }];
  const { fingerprint, publicKey } = key;
  writeFileSync(
    localHeadFile(profile),
    JSON.stringify({
      'watchfloor-journal-heads': 1,
      installation: fingerprint,
      publicKey,
      exportedAt: 1,
      heads,
    }),
  );
}

test('heads are countersigned by themselves, and journals that nobody touched agree', async () => {
  const { engine } = await world();
  await note(engine, 'one');
  await signed(engine);
  const verdict = await compared(engine);
  expect(verdict.faults).toEqual([]);
  expect(verdict.agents).toMatchObject([{ name: 'shop', problem: null }]);
  expect(verdict.agents?.[0]?.heads).toBe(engine.rows('SELECT 1 FROM journal_countersign').length);
  expect(verdict.agents?.[0]?.heads).toBeGreaterThanOrEqual(2);
});

test('a console that rewrites its past is found out by what the agent signed', async () => {
  const { engine, profile, site, connection } = await world();
  await signedAnew(engine, site);
  const head = await headOf(engine);
  await engine.stop();
  tamperConsole(profile, (db) => {
    const key = openInstallationKey(profile, silent, 0);
    const change = (entry: JournalEntry): JournalEntry =>
      entry.subject?.id === 'noted' ? { ...entry, details: { count: 9_999 } } : entry;
    for (const { entry, body, hash } of rechain(entriesOf(db, 'journal'), change))
      db.prepare('UPDATE journal SET body = ?, hash = ?, signature = ? WHERE seq = ?').run(
        body,
        hash,
        key.sign(body),
        entry.seq,
      );
  });
  const again = open.engine(profile, { tokens: { [connection]: site.agent.token().text } });
  await again.live();
  expect((await again.call('journal.verify', {})).faults).toEqual([]);
  const { faults } = await compared(again);
  expect(faults).toContainEqual({
    is: 'agent',
    seq: head,
    message: `shop has signed another entry ${String(head)} than is here: the journal was rewritten.`,
  });
});

test('a console that cuts its past short is found out too', async () => {
  const { engine, profile, site, connection } = await world();
  await signedAnew(engine, site);
  const head = await headOf(engine);
  await engine.stop();
  tamperConsole(profile, (db) => {
    db.prepare('DELETE FROM journal WHERE seq >= ?').run(head);
    db.prepare('DELETE FROM journal_countersign WHERE seq >= ?').run(head);
  });
  const again = open.engine(profile, { tokens: { [connection]: site.agent.token().text } });
  await again.live();
  expect((await again.call('journal.verify', {})).faults).toEqual([]);
  const { faults } = await compared(again);
  expect(faults).toEqual([
    {
      is: 'agent',
      seq: head,
      message: `shop has signed entry ${String(head)}; the journal here ends at ${String(head - 1)}: it was cut.`,
    },
  ]);
});

/** With the agent away, and back on what it is then. */
async function tamperAgent(
  { engine, site, dataDir }: Awaited<ReturnType<typeof world>>,
  tamper: (db: Database.Database, sign: (text: string) => string) => void,
) {
  await site.agent.stop();
  const { signing } = createHandleKeys(readOrCreateSecret(keyFileIn(dataDir)).secret);
  const db = new Database(join(dataDir, 'agent.db'));
  tamper(db, signing.sign);
  db.close();
  await engine.until('offline', async () => (await engine.environment()).state.is !== 'live');
  await site.restart();
  await engine.live();
  return compared(engine);
}
/** Changes what the first entry says, and all that follows from it. */
function rewriteChain(db: Database.Database, sign: (text: string) => string): ReadonlyMap<number, string> {
  const change = (entry: JournalEntry): JournalEntry =>
    entry.seq === 1 ? { ...entry, by: { name: 'Nobody' } } : entry;
  const rows = rechain(entriesOf(db, 'chain'), change);
  for (const { entry, body, hash } of rows)
    db.prepare('UPDATE chain SET body = ?, hash = ?, signature = ? WHERE seq = ?').run(
      body,
      hash,
      sign(body),
      entry.seq,
    );
  return new Map(rows.map(({ entry, hash }) => [entry.seq, hash]));
}

test('an agent that rewrites its own past is found out by what it signed for the console, however it does it', async () => {
  const there = await world();
  await signedAnew(there.engine, there.site);
  const rewritten = await tamperAgent(there, (db, sign) => void rewriteChain(db, sign));
  expect(rewritten.faults).toHaveLength(1);
  expect(rewritten.faults[0]?.message).toMatch(
    /^shop: entry \d+ of its own journal is not the one that it signed with/,
  );
  // Also when it signs the heads anew.
  const [newest] = there.engine.rows('SELECT * FROM journal_countersign ORDER BY seq DESC');
  const resigned = await tamperAgent(there, (db, sign) => {
    const hashes = rewriteChain(db, sign);
    for (const row of db.prepare('SELECT * FROM countersigned').all() as {
      installation: string;
      seq: number;
      hash: string;
      at: number;
      own_seq: number;
    }[]) {
      const own = { seq: row.own_seq, hash: hashes.get(row.own_seq) ?? '' };
      const head = { seq: row.seq, hash: row.hash };
      const text = countersignText({ installation: row.installation, head, at: row.at, own });
      db.prepare('UPDATE countersigned SET own_hash = ?, signature = ? WHERE seq = ?').run(
        own.hash,
        sign(text),
        row.seq,
      );
    }
  });
  expect(resigned.faults).toContainEqual({
    is: 'agent',
    seq: newest?.['seq'],
    message: `shop has signed entry ${String(newest?.['own_seq'])} of its own journal otherwise than it says now: its journal was rewritten.`,
  });
  // One entry changed, a head forgotten, its end cut, all forgotten.
  const messages = async (sql: string) =>
    (await tamperAgent(there, (db) => void db.exec(sql))).faults.map(({ message }) => message).join('\n');
  expect(
    await messages("UPDATE chain SET body = replace(body, 'Nobody', 'Someone') WHERE seq = 1"),
  ).toContain('entry 1 of its own journal was changed, moved or taken out');
  expect(
    await messages('DELETE FROM countersigned WHERE seq = (SELECT max(seq) FROM countersigned)'),
  ).toContain('shop has lost entry');
  expect(await messages('DELETE FROM chain WHERE seq > 1')).toContain('its own journal was cut');
  expect(await messages('DELETE FROM countersigned')).toContain('does not know the heads');
}, 60_000);
