import type { Clock } from '#shared/domain/units.ts';
import type { Log } from '#shared/domain/log.ts';
import { sqliteCode, type WritableDb } from '../../mirror/database.ts';
import type { EnrichedEvent } from '../../detect/event.ts';
import type { Logged } from '../event-log.ts';
import { createMemoryWriter, forgetMemory, type Forgotten } from '../memory-writer.ts';
import { MARK, type Mentioned, type NamedSession } from '../recall.ts';
import type { Where } from '../write.ts';
import type { Asker } from './asker.ts';
import type { Request, Said, Unanswered } from './requests.ts';

/** What came of a batch, with the batch. */
export interface Evaluated extends Pick<Extract<Said, { is: 'worked' }>, 'changes' | 'logins' | 'opened'> {
  readonly silent: boolean;
  readonly events: readonly EnrichedEvent[];
  readonly keys: Readonly<Record<string, number>> | undefined;
}

/**
 * Talks with whoever evaluates, on behalf of the transaction under way: posts its batches, and writes what comes back
 * before it is committed. All in that transaction.
 */
export interface Talk {
  /** An environment is going to be written about, and there is much to be worked out again before. */
  ahead(where: Where): void;
  /** A batch is about to be written. */
  arriving(where: Where, mentioned: Mentioned): void;
  /** A batch has been written. */
  take(where: Where, logged: Logged): void;
  /** Which sessions of a snapshot are remembered; the people of others are recalled anew. */
  remembered(where: Where, sessions: readonly NamedSession[]): ReadonlySet<string>;
  /** Writes what has come back so far. */
  hear(): void;
  /** Waits for everything that was asked, and writes it with counters and what is to be saved. */
  settle(training: (where: Where) => boolean): void;
  /** Saves what is remembered of these environments. */
  save(of: (where: Where) => boolean): void;
  /** Facts about accounts have changed. */
  accountsChanged(): void;
  committed(): void;
  /** What is held of one environment (null: of all) is void. */
  drop(connection: number | null): void;
  /** A batch that could not be evaluated is left out: counted and logged. */
  fault(where: Where, message: string): void;
  close(): Promise<void>;
}

type WithoutNumber<T> = T extends unknown ? Omit<T, 'number'> : never;

interface Waiting {
  readonly where: Where;
  readonly number: number;
  readonly what: 'recall' | 'take' | 'remembered' | 'settle' | 'save';
  /** Of `take`. */
  readonly batch: { readonly text: string; readonly logged: Logged } | null;
}

const EMPTY = JSON.stringify({ ingested: 0, repeated: 0, beyondHorizon: 0, skewed: 0, figures: {} });

/**
 * Transactions in which each batch has a savepoint, after something that was made of a batch could not be written. In
 * all others there is none: SQLite copies every page that is changed under one.
 */
const CAREFUL = 100;

/** The mirror's own trouble as the other side saw it. */
class MirrorTrouble extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.name = 'MirrorTrouble';
    this.code = code;
  }
}

export function createTalk(options: {
  readonly db: WritableDb;
  readonly asker: Asker;
  readonly clock: Clock;
  readonly log: Log;
  /** Writes what came of a batch. */
  readonly write: (where: Where, evaluated: Evaluated) => void;
  /** What was written of a batch has been taken back. */
  readonly undone: () => void;
}): Talk {
  const { db, asker, clock, log } = options;
  const memory = createMemoryWriter(db);
  const append = db.prepare('INSERT INTO detector_log (connection, events) VALUES (?, ?)');
  const begin = db.prepare(
    `INSERT OR IGNORE INTO detector (connection, since, made_with, body, counters) VALUES (?, ?, '1', '{"watermark":null}', ?)`,
  );
  const saveCounters = db.prepare('UPDATE detector SET counters = ? WHERE connection = ?');
  const saveBody = db.prepare('UPDATE detector SET body = ? WHERE connection = ?');
  const dropLog = db.prepare('DELETE FROM detector_log WHERE connection = ?');
  const countFault = db.prepare('UPDATE detector SET faults = faults + 1 WHERE connection = ?');
  const mark = db.prepare(
    `INSERT OR IGNORE INTO detector_entity (connection, kind, id, body) VALUES (?, '${MARK}', ?, '1')`,
  );
  const unmark = db.prepare(
    `DELETE FROM detector_entity WHERE connection = ? AND kind = '${MARK}' AND id IN (SELECT value FROM json_each(?))`,
  );

  let waiting: Waiting[] = [];
  let number = 0;
  /** Environments that may be held. */
  const held = new Map<number, Where>();
  /** Of the transaction under way. */
  let touched = new Map<number, Where>();
  let saved: { readonly where: Where; readonly forgotten: readonly Forgotten[] }[] = [];
  let accountsChanged = false;
  let lost = false;
  /** A save has begun that is to be written whole or not at all. */
  let saving = false;
  let careful = 0;
  let sessions: ReadonlySet<string> = new Set();

  const fault = (where: Where, message: string): void => {
    begin.run(where.key, clock(), EMPTY);
    countFault.run(where.key);
    log.error('a detection failed; its batch is not evaluated', { error: message });
  };
  const post = (
    request: WithoutNumber<Exclude<Request, Unanswered>>,
    batch: Waiting['batch'] = null,
  ): void => {
    number += 1;
    const { is: what, where } = request;
    asker.post({ ...request, number });
    waiting.push({ where, number, what, batch });
    held.set(where.key, where);
  };

  const endSaving = (whole: boolean): void => {
    if (!saving) return;
    saving = false;
    if (!whole) db.exec('ROLLBACK TO saving');
    db.exec('RELEASE saving');
  };

  /** Everything that was asked is not answered any more. */
  const giveUp = (why: string): void => {
    const left = waiting;
    waiting = [];
    lost = true;
    endSaving(false);
    held.clear();
    log.error('the thread that evaluates detections is gone; another one goes on', { why });
    for (const { where, what } of left) if (what === 'take' || what === 'recall') fault(where, why);
  };

  const writeBatch = (one: Waiting, answer: Extract<Said, { is: 'worked' }>): void => {
    const { where } = one;
    const { changes, logins, opened, recalled } = answer;
    touched.set(where.key, where);
    for (const user of recalled?.users ?? []) mark.run(where.key, user);
    const text = recalled === null ? one.batch?.text : recalled.text;
    if (text === null || text === undefined) return;
    const logged = one.batch?.logged;
    const write = (): void => {
      append.run(where.key, text);
      options.write(where, {
        changes,
        logins,
        opened,
        silent: logged?.silent ?? true,
        keys: logged?.keys,
        get events() {
          return logged?.events ?? (JSON.parse(text) as Logged).events;
        },
      });
    };
    try {
      if (careful > 0) db.exec('SAVEPOINT detect');
      write();
      if (careful > 0) db.exec('RELEASE detect');
    } catch (error) {
      // The mirror's own trouble is the committer's. A fault of ours is found when the transaction is tried again.
      if (sqliteCode(error) !== null) throw error;
      if (careful === 0) {
        careful = CAREFUL;
        throw error;
      }
      db.exec('ROLLBACK TO detect; RELEASE detect');
      options.undone();
      asker.post({ is: 'leaveOut', where, number: one.number });
      fault(where, String(error));
    }
  };
  const writeSave = (where: Where, { counters, saved: state }: Extract<Said, { is: 'settled' }>): void => {
    if (counters === null) return;
    begin.run(where.key, clock(), EMPTY);
    saveCounters.run(counters, where.key);
    if (state === null) return;
    saveBody.run(state.body, where.key);
    dropLog.run(where.key);
    const { watermark } = state;
    saved.push({ where, forgotten: watermark === null ? [] : memory.forget(where.key, watermark) });
  };

  /** Hears one answer; false: there is none yet, or nothing that answers. */
  const hearOne = (wait: boolean): boolean => {
    const [one] = waiting;
    if (one === undefined) return false;
    const answer = asker.receive(wait);
    if (answer === null) return false;
    if (answer.is === 'lost') {
      giveUp(answer.why);
      return false;
    }
    // Of a transaction that was rolled back meanwhile.
    if (answer.number !== one.number) return true;
    if (answer.is !== 'slice') waiting.shift();
    switch (answer.is) {
      case 'worked':
        writeBatch(one, answer);
        break;
      case 'remembered':
        sessions = new Set(answer.sessions);
        if (answer.users.length > 0) unmark.run(one.where.key, JSON.stringify(answer.users));
        break;
      case 'slice':
        if (!saving) db.exec('SAVEPOINT saving');
        saving = true;
        memory.write(one.where.key, answer.slice);
        break;
      case 'settled':
        writeSave(one.where, answer);
        endSaving(true);
        break;
      case 'fault':
        if (answer.code !== null) throw new MirrorTrouble(answer.message, answer.code);
        endSaving(false);
        if (answer.unreadable) forgetMemory(db, one.where.key);
        fault(one.where, answer.message);
    }
    return true;
  };
  const hearAll = (): void => {
    while (hearOne(true));
  };
  const clear = (): void => {
    waiting = [];
    touched = new Map();
    saved = [];
    accountsChanged = false;
    lost = false;
    saving = false;
  };

  return {
    ahead(where) {
      asker.post({ is: 'open', where });
    },
    arriving(where, mentioned) {
      if (lost || mentioned.sessions.length + mentioned.users.length === 0) return;
      post({ is: 'recall', where, mentioned });
    },
    take(where, logged) {
      if (logged.events.length === 0) return;
      if (lost) {
        fault(where, 'the thread that evaluates ended in this transaction');
        return;
      }
      const text = JSON.stringify(logged);
      post({ is: 'take', where, text }, { text, logged });
    },
    remembered(where, named) {
      hearAll();
      sessions = new Set();
      if (lost) return sessions;
      post({ is: 'remembered', where, sessions: named });
      hearAll();
      return sessions;
    },
    hear() {
      while (hearOne(false));
    },
    settle(training) {
      hearAll();
      // One after the other: each may be long.
      for (const where of touched.values()) {
        if (!lost) post({ is: 'settle', where, training: training(where) });
        hearAll();
      }
    },
    save(of) {
      hearAll();
      for (const where of held.values()) {
        if (!lost && of(where)) post({ is: 'save', where });
        hearAll();
      }
    },
    accountsChanged() {
      accountsChanged = true;
    },
    committed() {
      if (touched.size + saved.length > 0 || accountsChanged || lost)
        asker.post({ is: 'committed', accountsChanged, saved });
      careful = Math.max(0, careful - 1);
      clear();
    },
    drop(connection) {
      asker.post({ is: 'drop', connection });
      if (connection === null) {
        held.clear();
        clear();
      } else held.delete(connection);
    },
    fault,
    close: () => asker.close(),
  };
}
