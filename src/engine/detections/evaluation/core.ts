import { assertNever } from '#shared/domain/assert-never.ts';
import { sqliteCode, type ReadableDb } from '../../mirror/database.ts';
import { lineOf, loggedOf, type Logged } from '../event-log.ts';
import { toChanges } from '../finding.ts';
import { MOST_CACHED_BYTES } from '../packed-cache.ts';
import { openKeeper, type Keeper, type Worked } from '../keeper.ts';
import { storedSessions, type StoredKeys } from '../stored-keys.ts';
import type { Where } from '../write.ts';
import { isAnswered, type Answer, type Request, type Said } from './requests.ts';

/** Evaluates for all environments, over a mirror that it only reads: as it was committed last. */
export interface EvaluationCore {
  /** Does what is asked and gives its answers, in order; it throws nothing. */
  answer(request: Request, reply: (answer: Answer) => void): void;
}

/** What was taken in since the last commit, and can be taken in again when a keeper is opened anew. */
interface Uncommitted {
  readonly number: number;
  /** Its line: as objects it would outlive many others, and be moved about with them. */
  readonly line: string;
}

/** @param moved called at every step, so that whoever waits sees that something moves */
export function createEvaluationCore(db: ReadableDb, moved: () => void): EvaluationCore {
  // A request sees one state of the mirror, and locks are taken once for it.
  const begin = db.prepare('BEGIN');
  const end = db.prepare('COMMIT');
  const keepers = new Map<number, Keeper>();
  /** What keepers were told of sessions outlasts them: the mirror may show it only after the transaction under way. */
  const mirrored = new Map<number, StoredKeys>();
  const uncommitted = new Map<number, Uncommitted[]>();
  /** What the mirror remembers of these cannot be read, and is forgotten in the transaction of that request. */
  const blank = new Map<number, number>();

  /** Environments share what their memories may take. */
  const mostCached = (): number => MOST_CACHED_BYTES / Math.max(1, keepers.size);

  const keeperOf = (where: Where): Keeper => {
    const held = keepers.get(where.key);
    if (held !== undefined) return held;
    const sessions = mirrored.get(where.key) ?? storedSessions(db, where.key, moved);
    mirrored.set(where.key, sessions);
    const opened = openKeeper(db, where, {
      blank: blank.has(where.key),
      mirrored: sessions,
      uncommitted: (uncommitted.get(where.key) ?? []).map(({ line }) => loggedOf(line)),
      moved,
      mostCached,
    });
    keepers.set(where.key, opened);
    // One more to share with.
    for (const keeper of keepers.values()) keeper.fit();
    return opened;
  };
  const take = (where: Where, number: number, keeper: Keeper, logged: Logged, line: string): Worked => {
    const worked = keeper.take(logged);
    const list = uncommitted.get(where.key) ?? [];
    list.push({ number, line });
    uncommitted.set(where.key, list);
    return worked;
  };
  const worked = (
    keeper: Keeper,
    { deltas, logins, opened }: Worked,
    recalled: Extract<Said, { is: 'worked' }>['recalled'],
  ): Said => ({
    is: 'worked',
    changes: toChanges(deltas),
    logins,
    opened,
    recalled,
    stand: { counters: keeper.counters(), ...keeper.sinceSaved() },
  });

  /** What belonged to these requests is in the mirror. */
  const forget = (numbers: readonly number[]): void => {
    const gone = new Set(numbers);
    for (const [key, list] of uncommitted) {
      const left = list.filter(({ number }) => !gone.has(number));
      if (left.length === 0) uncommitted.delete(key);
      else uncommitted.set(key, left);
    }
    for (const [key, number] of blank) if (gone.has(number)) blank.delete(key);
  };

  const save = (where: Where, keeper: Keeper, reply: (answer: Said) => void): void => {
    const slices = keeper.save();
    for (;;) {
      moved();
      const next = slices.next();
      if (next.done !== true) {
        reply({ is: 'slice', slice: next.value });
        continue;
      }
      const { body, counters, watermark } = next.value;
      reply({ is: 'settled', counters, saved: { body, watermark } });
      return;
    }
  };

  const work = (request: Request, reply: (answer: Said) => void): void => {
    switch (request.is) {
      case 'recall': {
        const { where, number, mentioned } = request;
        const keeper = keeperOf(where);
        const { events, users } = keeper.recall.before(mentioned);
        const logged: Logged = { silent: true, events };
        if (events.length === 0) {
          reply(worked(keeper, { deltas: [], logins: [], opened: [] }, { text: null, users }));
          return;
        }
        const text = lineOf(logged);
        reply(worked(keeper, take(where, number, keeper, logged, text), { text, users }));
        return;
      }
      case 'take': {
        const { where, number, text } = request;
        const logged = loggedOf(text);
        const keeper = keeperOf(where);
        reply(worked(keeper, take(where, number, keeper, logged, text), null));
        return;
      }
      case 'remembered':
        reply({ is: 'remembered', ...keeperOf(request.where).recall.remembered(request.sessions) });
        return;
      case 'settle': {
        const keeper = keepers.get(request.where.key);
        if (keeper === undefined) reply({ is: 'settled', counters: null, saved: null });
        else if (keeper.isFull(request.training)) save(request.where, keeper, reply);
        else reply({ is: 'settled', counters: keeper.counters(), saved: null });
        return;
      }
      case 'save': {
        const keeper = keepers.get(request.where.key);
        if (keeper === undefined) reply({ is: 'settled', counters: null, saved: null });
        else save(request.where, keeper, reply);
        return;
      }
      case 'leaveOut': {
        const list = uncommitted.get(request.where.key) ?? [];
        uncommitted.set(
          request.where.key,
          list.filter(({ number }) => number !== request.number),
        );
        keepers.delete(request.where.key);
        return;
      }
      case 'open':
        keeperOf(request.where);
        return;
      case 'committed':
        for (const keeper of keepers.values()) keeper.committed(request.accountsChanged);
        for (const { where, forgotten } of request.saved) keepers.get(where.key)?.saved(forgotten);
        forget(request.numbers);
        return;
      case 'drop':
        if (request.connection === null) {
          keepers.clear();
          mirrored.clear();
          uncommitted.clear();
          blank.clear();
        } else {
          keepers.delete(request.connection);
          mirrored.delete(request.connection);
          uncommitted.delete(request.connection);
          blank.delete(request.connection);
        }
        return;
      default:
        assertNever(request);
    }
  };

  /** A detection that throws leaves memories half changed: they are read again, and if that cannot be done forgotten. */
  const fault = (request: Request, error: unknown): Said => {
    const code = sqliteCode(error);
    let unreadable = false;
    // What cannot be opened ahead is tried again, and judged, when it is needed.
    if (isAnswered(request)) {
      const { key } = request.where;
      unreadable = !keepers.delete(key) && code === null;
      if (unreadable) {
        uncommitted.delete(key);
        blank.set(key, request.number);
      }
    }
    return { is: 'fault', message: String(error), code, unreadable };
  };

  return {
    answer(request, reply) {
      moved();
      const say = (said: Said): void => {
        if (isAnswered(request)) reply({ number: request.number, ...said });
      };
      try {
        begin.run();
        work(request, say);
      } catch (error) {
        say(fault(request, error));
      } finally {
        if (db.inTransaction) end.run();
      }
    },
  };
}
