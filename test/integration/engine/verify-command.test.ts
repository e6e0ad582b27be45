import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { localHeadFile } from '#engine/journal/head-file.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { fill, startSite } from '#test/support/response-world.ts';
import { closing } from './cleanups.ts';

const open = closing();
const PROGRAM = join(import.meta.dirname, '../../../out/main/cli.js');
const verify = (...args: readonly string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [PROGRAM, 'verify', ...args], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });

test('watchfloor verify: whole beside the engine that writes it; cut, changed and replaced it says so and fails', async () => {
  const folder = open.folder();
  const site = await startSite(folder, 'shop');
  open.later(() => site.agent.stop());
  fill(site, ['ann', 'bob', 'cid'], 1);
  const profile = join(folder, 'profile');
  const engine = open.engine(profile);
  await engine.call('environments.add', {
    url: site.agent.url,
    token: site.agent.token().text,
    name: 'shop',
  });
  await engine.until('three', async () => (await engine.sessions()).length === 3);
  const [{ connection } = { connection: '' as ConnectionId }] = await engine.sessions();
  for (const account of ['ann', 'bob', 'cid']) {
    const selector = { accounts: [account as never] };
    const { operation } = await engine.call('respond.preview', {
      selection: { targets: [{ connection, selector }] },
    });
    await engine.call('respond.execute', { operation, reason: `leak of ${account}` });
  }
  const entries = await engine.until('all ended and noted', async () => {
    const page = await engine.call('journal.page', { before: null, action: 'command-finished', limit: 9 });
    return page.rows.length === 3 ? (await engine.call('journal.verify', {})).entries : null;
  });
  expect(site.store.keys()).toEqual([]);

  // While the engine works on it.
  const beside = await verify('--profile', profile);
  expect(beside).toMatchObject({ code: 0, err: '' });
  expect(beside.out).toContain(`${String(entries)} entries: every one as it was written`);

  const heads = await engine.call('journal.exportHeads', {});
  const kept = join(folder, 'heads.json');
  writeFileSync(kept, JSON.stringify(heads));
  await engine.stop();
  const sound = await verify('--profile', profile, '--heads', kept, '--json');
  expect(sound.code).toBe(0);
  expect(JSON.parse(sound.out)).toMatchObject({ faults: [] });

  // Somebody with the file cuts the last act off, and takes the head beside it away too.
  const db = new Database(mirrorFile(profile));
  db.exec('DROP TRIGGER IF EXISTS journal_stays; DROP TRIGGER IF EXISTS journal_kept');
  const last = Number(db.prepare('SELECT max(seq) FROM journal').pluck().get());
  db.prepare('DELETE FROM journal WHERE seq = ?').run(last);
  rmSync(localHeadFile(profile), { force: true });
  const cut = await verify('--profile', profile, '--heads', kept);
  expect(cut.code).toBe(1);
  expect(cut.out).toContain('NOT as they were written');
  expect(cut.out).toContain(String(last));
  // Without a head of before nobody can tell that more was there; the rest still holds.
  expect((await verify('--profile', profile)).code).toBe(0);

  // Changed: who reads it sees another reason, and which entry it is.
  const changed = db
    .prepare(
      "UPDATE journal SET body = replace(body, 'leak of bob', 'test of bob') WHERE body LIKE '%leak of bob%'",
    )
    .run();
  expect(changed.changes).toBeGreaterThan(0);
  db.close();
  const another = await verify('--profile', profile, '--json');
  expect(another.code).toBe(1);
  const { faults } = JSON.parse(another.out) as { faults: unknown[] };
  expect(faults).toContainEqual(expect.objectContaining({ is: 'changed' }));

  const nowhere = await verify('--profile', join(folder, 'nothing'));
  expect(nowhere.code).not.toBe(0);
  expect(nowhere.err).toContain('There is no database');
});
