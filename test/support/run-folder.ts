import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What tests put into temporary folders lies in one that goes with the run: a test that is killed removes nothing. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'watchfloor-run-'));
  // Database servers run as somebody else, and have folders of their own in it.
  chmodSync(folder, 0o711);
  process.env['TMPDIR'] = folder;
  return () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
}
