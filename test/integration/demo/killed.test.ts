import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { count, openBeside, temporaryFolder } from './demo-folder.ts';

const program = join(import.meta.dirname, 'living-process.ts');

/** Lets a simulator live until it wrote this many more log rows, then kills it with no chance to tidy up. */
async function liveAndDie(dir: string, rows: number): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const line = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    expect(String(line[0])).toContain('living');
    const db = openBeside(dir);
    const from = count(db, 'audit_log');
    await expect.poll(() => count(db, 'audit_log') - from, { timeout: 20_000 }).toBeGreaterThan(rows);
  } finally {
    const gone = once(child, 'exit');
    if (child.exitCode === null && child.kill('SIGKILL')) await gone;
  }
}

test('killed in the middle of its work three times, it goes on with nothing doubled or lost', async () => {
  const dir = temporaryFolder();
  for (let i = 0; i < 3; i += 1) await liveAndDie(dir, 40);
  const db = openBeside(dir);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(db.pragma('foreign_key_check')).toEqual([]);
  const twice = (which: string): number =>
    count(db, `(SELECT session_id FROM audit_log WHERE ${which} GROUP BY session_id HAVING count(*) > 1)`);
  expect(twice("action = 'login' AND outcome = 'success'")).toBe(0);
  expect(twice("action = 'logout' OR verb = 'session-ended'")).toBe(0);
  // Whoever signed in and was not signed out or ended since is still there, and nobody else.
  const began =
    "(action = 'login' AND outcome = 'success') OR verb IN ('session-renewed', 'masquerade-start')";
  const ended = "action = 'logout' OR verb IN ('session-ended', 'masquerade-end')";
  const expected = db
    .prepare(
      `SELECT session_id FROM audit_log WHERE ${began} EXCEPT SELECT session_id FROM audit_log WHERE ${ended} ORDER BY 1`,
    )
    .pluck()
    .all();
  expect(db.prepare('SELECT id FROM sessions ORDER BY id').pluck().all()).toEqual(expected);
  const unordered = count(db, 'audit_log a JOIN audit_log b ON b.id = a.id + 1 WHERE b.at < a.at');
  expect(unordered).toBe(0);
}, 90_000);
