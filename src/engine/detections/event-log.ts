import type { EnrichedEvent } from '../detect/event.ts';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';

/** What the log keeps of a batch. */
export interface Logged {
  readonly silent: boolean;
  readonly events: readonly EnrichedEvent[];
  /** Keys of the sign-ins among them in the mirror, by id. */
  readonly keys?: Readonly<Record<string, number>>;
}

/** The batches that the memory does not hold yet, oldest first, after a position. */
export function* loggedSince(
  db: ReadableDb,
  connection: number,
  after: number,
): Generator<{ readonly seq: number; readonly logged: Logged }> {
  // Read at once, parsed one by one: as objects a hundred thousand events take ten times the room.
  const rows = db
    .prepare('SELECT seq, events FROM detector_log WHERE connection = ? AND seq > ? ORDER BY seq')
    .all(connection, after) as { seq: number; events: string }[];
  for (const { seq, events } of rows) yield { seq, logged: JSON.parse(events) as Logged };
}

/** Leaves the events of an account out of the batches that the memory does not hold yet. In a transaction. */
export function forgetLogged(db: WritableDb, connection: number, account: string): void {
  const write = db.prepare('UPDATE detector_log SET events = ? WHERE connection = ? AND seq = ?');
  for (const { seq, logged } of loggedSince(db, connection, 0)) {
    const events = logged.events.filter(({ user }) => user !== account);
    if (events.length < logged.events.length)
      write.run(JSON.stringify({ ...logged, events }), connection, seq);
  }
}
