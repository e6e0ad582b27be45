import { CHECKPOINT_PAGES, type WritableDb } from '../database.ts';

// A checkpoint copies what the log (the file -wal) holds into the database, 130 MB at a time, which takes a fifth of a
// second and the disk's own time besides. A thread does it while more is written. Only when everything in the log was
// copied can the log begin anew, and it grows meanwhile: so the last few pages are copied by the writer, in a moment in
// which it writes nothing.

/** Of a full log what the thread may leave to the writer: some ten milliseconds. */
const LEFT_TO_WRITER = 1 / 16;
/** The log never holds more than about this many times what it should: then the writer makes the checkpoint itself. */
const MOST_TIMES = 4;

/** Whoever makes checkpoints beside the writer. */
export interface CheckpointThread {
  /** Copies what it can. */
  begin(): void;
  close(): Promise<void>;
}
/** What a thread tells: it has copied what it could; it cannot. */
export type CheckpointTold = 'copied' | 'failed';

export interface Checkpoints {
  /** Something was committed: the log may be full. */
  committed(): void;
  /** Resolves when the file is let go of. */
  stop(): Promise<void>;
}

/**
 * Keeps the log of the writer's database short. Without a thread, and when it fails, SQLite makes checkpoints itself
 * within a commit.
 * @param options.start starts the thread; null: there is none
 */
export function createCheckpoints(options: {
  readonly db: WritableDb;
  readonly start: ((told: (what: CheckpointTold) => void) => CheckpointThread) | null;
  readonly pages?: number;
}): Checkpoints {
  const { db, start } = options;
  const pages = options.pages ?? CHECKPOINT_PAGES;
  // Says how much the log holds and how much of that is copied, and copies nothing.
  const look = db.prepare('PRAGMA wal_checkpoint(NOOP)').raw();
  let thread: CheckpointThread | null = null;
  let busy = false;
  let usable = start !== null;
  if (usable) db.pragma(`wal_autocheckpoint = ${String(pages * MOST_TIMES)}`);

  const toCopy = (): number => {
    const [, held, copied] = look.get() as [busy: number, held: number, copied: number];
    return held - copied;
  };
  /** What was to be copied when the thread began. */
  let before = 0;
  const told = (what: CheckpointTold): void => {
    busy = false;
    if (!db.open || !usable) return;
    if (what === 'failed') {
      usable = false;
      db.pragma(`wal_autocheckpoint = ${String(pages)}`);
      return;
    }
    const left = toCopy();
    // More has come than the writer should be kept from its work for: once more, as long as that helps.
    if (left > pages * LEFT_TO_WRITER && left < before / 2) begin(left);
    // Somebody reads what was there before: it cannot be copied yet.
    else if (left < pages / 2) db.pragma('wal_checkpoint(PASSIVE)');
  };
  const begin = (left: number): void => {
    if (start === null) return;
    busy = true;
    before = left;
    thread ??= start(told);
    thread.begin();
  };
  return {
    committed() {
      if (!usable || busy) return;
      const left = toCopy();
      if (left >= pages) begin(left);
    },
    stop: async () => {
      usable = false;
      await thread?.close();
      thread = null;
    },
  };
}
