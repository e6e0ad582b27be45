import type { CommandId, ConnectionId } from '#shared/domain/ids.ts';
import type { Dispose, Log } from '#shared/domain/log.ts';
import { noteProgress, type Progressed } from '../mirror/command-progress.ts';
import { transaction, type WritableDb } from '../mirror/database.ts';

/** Agents tell how far they are five times a second each; it is written down for all of them together. */
const TOGETHER_MS = 200;

export interface Progress {
  note(connection: ConnectionId, id: CommandId, done: number): void;
  readonly stop: Dispose;
}

/** Gathers how far commands are. What was gathered and not written is told again, or overtaken by the answer. */
export function createProgress(options: {
  readonly db: WritableDb;
  readonly log: Log;
  readonly changed: (operation: string) => void;
}): Progress {
  const { db, log } = options;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  let gathered = new Map<CommandId, Progressed>();
  const write = (): void => {
    timer = null;
    const now = gathered;
    gathered = new Map();
    try {
      const operations = transaction(db, () => noteProgress(db, [...now.values()]));
      for (const operation of operations) options.changed(operation);
    } catch (error) {
      log.debug('progress was not saved', { error: String(error) });
    }
  };
  return {
    note: (connection, id, done) => {
      if (stopped) return;
      gathered.set(id, { connection, id, done });
      timer ??= setTimeout(write, TOGETHER_MS);
    },
    stop: () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}
