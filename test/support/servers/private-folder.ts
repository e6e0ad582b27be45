import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary folder that belongs to whom the server runs as. */
export interface PrivateFolder {
  readonly path: string;
  readonly account: ServerAccount;
  remove(): void;
}

/** Whom a server process runs as; null: as the tests themselves. */
export type ServerAccount = { readonly uid: number; readonly gid: number } | null;

/** Database servers refuse to run as root: then they run as `nobody`. */
export function serverAccount(): ServerAccount {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }).trim());
  return { uid: id('-u'), gid: id('-g') };
}

export function privateFolder(prefix: string): PrivateFolder {
  const account = serverAccount();
  const path = mkdtempSync(join(tmpdir(), `wf-${prefix}-`));
  if (account !== null) chownSync(path, account.uid, account.gid);
  return {
    path,
    account,
    remove: () => {
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** First of these files that exists. Tests need it: without it they fail, saying what to install. */
export function requireBinary(candidates: readonly string[], debianPackage: string): string {
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  throw new Error(
    `these tests need ${debianPackage}: run  apt-get install -y --no-install-recommends ${debianPackage}`,
  );
}

/** Runs a preparing command as the server's account; what it said is part of the error. */
export function prepareWith(folder: PrivateFolder, command: string, options: readonly string[]): void {
  const ran = spawnSync(command, [...options], {
    cwd: folder.path,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder.path, TMPDIR: folder.path, LC_ALL: 'C.UTF-8' },
    ...(folder.account ?? {}),
  });
  if (ran.status === 0) return;
  const said = `${ran.stdout}\n${ran.stderr}\n${ran.error?.message ?? ''}`.slice(-4_000);
  throw new Error(`${command} failed (${ran.signal ?? String(ran.status)}):\n${said}`);
}
