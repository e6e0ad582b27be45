import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = 'wf-run-';

/** What tests put into temporary folders lies in one that goes with the run: a test that is killed removes nothing. */
export function setup(): (() => void) | undefined {
  // Asked once for each project of the run; folders in one another would be too long a path for a socket.
  if (tmpdir().includes(`/${NAME}`)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), NAME));
  // Database servers run as somebody else, and have folders of their own in it.
  chmodSync(folder, 0o711);
  process.env['TMPDIR'] = folder;
  return () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
}
