import { open } from 'node:fs/promises';
import type { Log } from '#shared/domain/log.ts';

/**
 * Brings what was committed to the disk, without standing still: a commit that has to be there before it returns
 * (`durableTransaction`) then finds little left to write. It promises nothing; a second call while one is under way
 * begins another when that is over.
 * @param file the mirror's; its log beside it is what commits are written to
 */
export function createToDisk(file: string, log: Log): () => void {
  let underWay: Promise<void> | null = null;
  let again = false;
  const work = async (): Promise<void> => {
    // SQLite locks the mirror itself and never this file, so that opening and closing it releases nothing.
    const handle = await open(`${file}-wal`, 'r+');
    try {
      await handle.datasync();
    } finally {
      await handle.close();
    }
  };
  const begin = (): void => {
    again = underWay !== null;
    underWay ??= work()
      .catch((error: unknown) => {
        log.debug('the log of the mirror was not brought to the disk', { error: String(error) });
      })
      .finally(() => {
        underWay = null;
        if (again) begin();
      });
  };
  return begin;
}
