import { rmSync } from 'node:fs';

/** Endings of the files that SQLite has for a database. */
export const COMPANIONS = ['', '-wal', '-shm', '-journal'] as const;

export function removeDatabase(file: string): void {
  for (const suffix of COMPANIONS) rmSync(file + suffix, { force: true });
}
