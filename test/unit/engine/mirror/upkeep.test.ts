import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openWritable, transaction } from '#engine/mirror/database.ts';
import { retentionWorld, type RetentionWorld } from '../retention/world.ts';

const MB = 1e6;

test('the log of writes is used anew, however much is written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchfloor-test-'));
  const file = join(folder, 'mirror.db');
  const db = openWritable(file);
  try {
    db.exec('CREATE TABLE big (key INTEGER PRIMARY KEY, body BLOB) STRICT');
    const write = db.prepare('INSERT OR REPLACE INTO big (key, body) VALUES (1, randomblob(?))');
    let most = 0;
    let written = 0;
    while (written < 400 * MB) {
      transaction(db, () => write.run(8 * MB));
      written += 8 * MB;
      most = Math.max(most, statSync(`${file}-wal`).size);
    }
    // 16,000 pages of 8 KB, and the transaction that was under way when they were reached.
    expect(most).toBeLessThan(150 * MB);
    expect(statSync(file).size).toBeLessThan(20 * MB);
  } finally {
    db.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Rows of a table as its index’s statistics have them; null where there are none. */
const known = (world: RetentionWorld, index: string): number | null => {
  const [row] = world.rows(`SELECT stat FROM sqlite_stat1 WHERE idx = '${index}'`) as { stat: string }[];
  return row === undefined ? null : Number(row.stat.split(' ')[0]);
};

test('statistics follow a segment that was sealed, and a table that grew', async () => {
  const world = retentionWorld();
  // Segments hold 20 events: the first is full, the third is written when the statistics are taken first.
  world.live('ann', [1, 2, 3, 4, 5, 6, 7, 8]);
  world.seal();
  await world.keeper.run();
  expect(known(world, 'audit_1_account')).toBe(20);
  expect(known(world, 'session_account')).toBe(8);
  expect(known(world, 'audit_3_account')).toBeNull();
  for (let person = 0; person < 12; person += 1) {
    world.live(
      `p${String(person)}`,
      Array.from({ length: 10 }, (_, n) => n + 1),
    );
  }
  world.seal();
  await world.keeper.run();
  expect(known(world, 'audit_3_account')).toBe(20);
  expect(known(world, 'session_account')).toBeGreaterThan(80);
});
