import Database from 'better-sqlite3';
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { join } from 'node:path';
import { allHeads } from '#engine/journal/compare-agent.ts';
import { beforeEach, expect, test } from 'vitest';
import { verifyJournal } from '#agent/cli/journal.ts';
import type { AgentConfig } from '#agent/config/config.ts';
import { signatureHolds } from '#agent/keys/signing-key.ts';
import { countersignText } from '#agent/state/chain.ts';
import { headText, JournalEntry } from '#shared/journal/entry.ts';
import type { CountersignAnswer, JournalPageAnswer } from '#shared/protocol/journal.ts';
import { systemClock } from '#test/support/agent-in-process.ts';
import { oneAgent } from './parts/one-agent.ts';

const here = oneAgent();
beforeEach(async () => {
  here.store.put('a1', { account: 'ann' });
  here.store.put('a2', { account: 'ann' });
  await here.start();
});
const installation = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const id = createHash('sha256').update(spki).digest('hex');
  return {
    id,
    head: (seq: number, letter: string) => {
      const hash = letter.repeat(64);
      const signature = sign(null, Buffer.from(headText({ seq, hash })), privateKey).toString('base64');
      return { installation: id, publicKey: spki.toString('base64'), seq, hash, signature };
    },
  };
};
type Signed = Extract<CountersignAnswer, { ok: true }>;
const verified = () => {
  const lines: string[] = [];
  const config = { dataDir: here.path } as AgentConfig;
  return { ok: verifyJournal(config, systemClock, (line) => lines.push(line)), text: lines.join('\n') };
};

test('heads of a console are signed, once each; one that goes back is refused and named', async () => {
  const console = await here.follow();
  expect(console.hello.store.capabilities).toContain('journal');
  const one = installation();
  const first = (await console.ask('journal.countersign', one.head(3, 'a'))) as Signed;
  expect(first.ok).toBe(true);
  const text = countersignText({
    installation: one.id,
    head: { seq: 3, hash: 'a'.repeat(64) },
    at: first.at,
    own: first.own,
  });
  expect(signatureHolds(first.agent.publicKey, text, first.signature)).toBe(true);
  expect(await console.ask('journal.countersign', one.head(3, 'a'))).toEqual(first);
  expect(await console.ask('journal.countersign', one.head(7, 'b'))).toMatchObject({ ok: true });
  for (const past of [one.head(7, 'c'), one.head(6, 'a'), one.head(3, 'a')])
    expect(await console.ask('journal.countersign', past)).toMatchObject({
      error: { code: 'CONFLICT', details: { seq: 7, hash: 'b'.repeat(64) } },
    });
  const forged = { ...one.head(9, 'd'), hash: 'e'.repeat(64) };
  expect(await console.ask('journal.countersign', forged)).toMatchObject({ error: { code: 'INVALID' } });
  const stolen = { ...installation().head(9, 'd'), installation: one.id };
  expect(await console.ask('journal.countersign', stolen)).toMatchObject({ error: { code: 'INVALID' } });
  // Another installation has a past of its own.
  expect(await console.ask('journal.countersign', installation().head(1, 'f'))).toMatchObject({ ok: true });
  await here.agent.stop();
  await here.start();
  const again = await here.follow();
  const heads = await again.ask('journal.heads', { installation: one.id });
  expect(heads).toMatchObject({ ok: true, items: [{ seq: 7 }, { seq: 3 }], agent: first.agent });
});

test('more heads than one answer holds are listed page by page, each once', async () => {
  const console = await here.follow();
  const one = installation();
  for (let seq = 1; seq <= 230; seq += 1)
    expect(await console.ask('journal.countersign', one.head(seq, 'a'))).toMatchObject({ ok: true });
  let asked = 0;
  const heads = await allHeads((before) => {
    asked += 1;
    return console.ask('journal.heads', { installation: one.id, ...before });
  });
  expect(heads.ok && heads.items.map(({ seq }) => seq)).toEqual(
    Array.from({ length: 230 }, (_, n) => 230 - n),
  );
  expect(heads).toMatchObject({ more: false });
  expect(asked).toBe(3);
  // An agent that goes round, or says “more” for ever, is not followed.
  const page = await console.ask('journal.heads', { installation: one.id });
  let round = 0;
  const same = await allHeads(() => {
    round += 1;
    return Promise.resolve({ ...(page as object), more: true });
  });
  expect(same.ok && same.items).toHaveLength(100);
  expect(round).toBe(2);
});

test('commands and rules are in it before and after; only who reads the audit reads it', async () => {
  const console = await here.follow();
  const id = randomUUID();
  const [session] = [...console.sessions.keys()];
  await console.ask('command', {
    id,
    kind: 'revoke',
    selector: { sessions: [session] },
    reason: 'because',
    claim: { name: 'Alice' },
    issuedAt: Date.now(),
  });
  await console.ask('rules.put', { id: randomUUID(), rules: [], ifVersion: 0 });
  const page = (await console.ask('journal.page', { after: 0, limit: 100 })) as Extract<
    JournalPageAnswer,
    { ok: true }
  >;
  const entries = page.items.map(({ body }) => JournalEntry.parse(JSON.parse(body)));
  expect(entries.map(({ action, by }) => [action, by.id])).toEqual([
    ['command', 'alice'],
    ['session-revoked', 'alice'],
    ['rule-changed', 'alice'],
  ]);
  expect(entries[0]?.details).toMatchObject({ commandId: id, matched: 1, reason: 'because' });
  expect(page.head.seq).toBe(3);
  const own = await here.follow({ operator: 'o', scopes: ['sessions:own', 'audit:read'], accounts: ['ann'] });
  expect(await own.ask('journal.page', { after: 0, limit: 1 })).toMatchObject({
    error: { code: 'FORBIDDEN' },
  });
});

test('verify: whole as it is; a changed, a missing, a moved and a cut entry are found', async () => {
  const console = await here.follow();
  for (let version = 0; version < 6; version++)
    await console.ask('rules.put', { id: randomUUID(), rules: [], ifVersion: version });
  await console.ask('journal.countersign', installation().head(1, 'a'));
  await here.agent.stop();
  expect(verified()).toMatchObject({ ok: true });
  expect(verified().text).toContain('7 entries, head 7 ');
  const file = join(here.path, 'agent.db');
  const tampered = (sql: string): string => {
    const db = new Database(file);
    db.exec('BEGIN');
    db.exec(sql);
    db.exec('COMMIT');
    const before = db.prepare('SELECT * FROM chain_before').all();
    expect(before.length).toBe(7);
    db.close();
    const { ok, text } = verified();
    expect(ok).toBe(false);
    const restore = new Database(file);
    restore.exec('DELETE FROM chain; INSERT INTO chain SELECT * FROM chain_before');
    restore.close();
    return text;
  };
  const db = new Database(file);
  db.exec('CREATE TABLE chain_before AS SELECT * FROM chain');
  db.close();
  expect(tampered("UPDATE chain SET body = replace(body, 'alice', 'mallo') WHERE seq = 3")).toContain(
    'entry 3: its content is not what was hashed',
  );
  expect(tampered('DELETE FROM chain WHERE seq = 4')).toContain('entries 4 to 4 are missing');
  expect(
    tampered(
      'UPDATE chain SET seq = 100 WHERE seq = 2; UPDATE chain SET seq = 2 WHERE seq = 5; UPDATE chain SET seq = 5 WHERE seq = 100',
    ),
  ).toContain('it says that it is entry 5');
  expect(tampered('DELETE FROM chain WHERE seq >= 6')).toContain('the end was cut');
  expect(verified().ok).toBe(true);
  await here.start();
});
