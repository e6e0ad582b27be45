import { assertNever } from '#shared/domain/assert-never.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { Log } from '#shared/domain/log.ts';
import { sqliteCode, type WritableDb } from '../../mirror/database.ts';
import { lineOf, lineWithKeys, loggedOf } from '../event-log.ts';
import { isFull } from '../keeper.ts';
import { createMemoryWriter, forgetMemory, type Forgotten } from '../memory-writer.ts';
import { MARK } from '../recall.ts';
import type { Where } from '../write.ts';
import type { Asker } from './asker.ts';
import { PostedAhead, type Asked, type Posted } from './posted.ts';
import type { Request, Said, Stand, Unanswered } from './requests.ts';
import type { Evaluated, Talk } from './talk-types.ts';

type WithoutNumber<T> = T extends unknown ? Omit<T, 'number'> : never;

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

  /** Asked and not answered, in the order in which answers come. */
  const unanswered = new Map<number, Asked>();
  /** Of the transaction under way and not written yet, answered or not; in the order in which they are written. */
  let due: Asked[] = [];
  /** Of later transactions. */
  const ahead = new PostedAhead();
  /** How environments stood after the last batch that was written. */
  const stands = new Map<number, Stand>();
  /** Environments that wait for a transaction after which nothing is ahead, to be saved. */
  const filled = new Set<number>();
  let number = 0;
  /** Environments that may be held. */
  const held = new Map<number, Where>();
  /** Of the transaction under way. */
  let touched = new Map<number, Where>();
  let numbers: number[] = [];
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
  const ask = (request: WithoutNumber<Exclude<Request, Unanswered>>, batch: Asked['batch'] = null): Asked => {
    number += 1;
    const { is: what, where } = request;
    const one: Asked = { where, number, what, batch, answer: null };
    unanswered.set(number, one);
    held.set(where.key, where);
    asker.post({ ...request, number });
    return one;
  };
  /** Asks for something that belongs to the transaction under way. */
  const askNow: typeof ask = (request, batch) => {
    const one = ask(request, batch);
    due.push(one);
    return one;
  };
  const endSaving = (whole: boolean): void => {
    if (!saving) return;
    saving = false;
    if (!whole) db.exec('ROLLBACK TO saving');
    db.exec('RELEASE saving');
  };

  /** Everything that was asked and not written is not known any more. */
  const giveUp = (why: string): void => {
    const [first] = unanswered.values();
    ahead.lost(first);
    filled.clear();
    const left = due;
    due = [];
    unanswered.clear();
    lost = true;
    endSaving(false);
    held.clear();
    log.error('the thread that evaluates detections is gone; another one goes on', { why });
    for (const { where, what } of left) if (what === 'take' || what === 'recall') fault(where, why);
  };

  const writeBatch = (one: Asked, answer: Extract<Said, { is: 'worked' }>): void => {
    const { where } = one;
    const { changes, logins, opened, recalled, stand } = answer;
    touched.set(where.key, where);
    stands.set(where.key, stand);
    for (const user of recalled?.users ?? []) mark.run(where.key, user);
    const text = recalled === null ? one.batch?.text : recalled.text;
    if (text === null || text === undefined) return;
    const { batch } = one;
    const write = (): void => {
      append.run(where.key, text);
      options.write(where, {
        changes,
        logins,
        opened,
        silent: batch?.silent ?? true,
        keys: batch?.keys,
        get events() {
          return loggedOf(text).events;
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

  const writeAnswer = (one: Asked, answer: NonNullable<Asked['answer']>): void => {
    numbers.push(one.number);
    switch (answer.is) {
      case 'worked':
        writeBatch(one, answer);
        return;
      case 'remembered':
        sessions = new Set(answer.sessions);
        if (answer.users.length > 0) unmark.run(one.where.key, JSON.stringify(answer.users));
        return;
      case 'settled':
        writeSave(one.where, answer);
        endSaving(true);
        return;
      case 'fault':
        if (answer.code !== null) throw new MirrorTrouble(answer.message, answer.code);
        endSaving(false);
        if (answer.unreadable) forgetMemory(db, one.where.key);
        fault(one.where, answer.message);
        return;
      default:
        assertNever(answer);
    }
  };
  /** Writes what is answered, as far as nothing before it is not. */
  const writeAnswered = (): void => {
    for (let [one] = due; one?.answer; [one] = due) {
      due.shift();
      writeAnswer(one, one.answer);
    }
  };
  /** Takes one answer; false: there is none yet, or nothing that answers. */
  const receive = (wait: boolean): boolean => {
    const answer = asker.receive(wait);
    if (answer === null) return false;
    if (answer.is === 'lost') {
      writeAnswered();
      giveUp(answer.why);
      return false;
    }
    const one = unanswered.get(answer.number);
    // Of a transaction that was rolled back meanwhile.
    if (one === undefined) return true;
    if (answer.is === 'slice') {
      // Saves are asked for and waited for: this one belongs to the transaction under way.
      if (!saving) db.exec('SAVEPOINT saving');
      saving = true;
      memory.write(one.where.key, answer.slice);
      return true;
    }
    unanswered.delete(answer.number);
    one.answer = answer;
    return true;
  };
  const hear = (): void => {
    while (receive(false));
    writeAnswered();
  };
  const hearAll = (): void => {
    writeAnswered();
    while (due.length > 0 && receive(true)) writeAnswered();
  };
  const clear = (): void => {
    due = [];
    numbers = [];
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
      askNow({ is: 'recall', where, mentioned });
    },
    take(where, logged) {
      if (logged.events.length === 0) return;
      if (lost) {
        fault(where, 'the thread that evaluates ended in this transaction');
        return;
      }
      const text = lineOf(logged);
      const { silent, keys } = logged;
      askNow({ is: 'take', where, text }, { silent, text, ...(keys && { keys }) });
    },
    post(where, mentioned, logged) {
      if (filled.has(where.key)) return null;
      const asked: Asked[] = [];
      if (mentioned.sessions.length + mentioned.users.length > 0)
        asked.push(ask({ is: 'recall', where, mentioned }));
      if (logged.events.length > 0) {
        const text = lineOf(logged);
        asked.push(ask({ is: 'take', where, text }, { silent: logged.silent, text }));
      }
      const posted: Posted = { where, asked, is: 'posted' };
      ahead.add(posted);
      return posted;
    },
    adopt(posted, keys) {
      if (posted.is === 'void') return false;
      if (posted.is === 'suspect') {
        fault(posted.where, 'the thread that evaluates ended while it worked on this batch');
        return true;
      }
      ahead.delete(posted);
      for (const one of posted.asked) {
        if (one.batch !== null && keys !== undefined)
          one.batch = { ...one.batch, text: lineWithKeys(one.batch.text, keys), keys };
        due.push(one);
      }
      return true;
    },
    leaveOut(posted) {
      if (!ahead.delete(posted)) return;
      posted.is = 'void';
      const { where } = posted;
      for (const one of posted.asked) {
        unanswered.delete(one.number);
        asker.post({ is: 'leaveOut', where, number: one.number });
      }
    },
    remembered(where, named) {
      hearAll();
      sessions = new Set();
      if (lost) return sessions;
      askNow({ is: 'remembered', where, sessions: named });
      hearAll();
      return sessions;
    },
    hear,
    settle(training) {
      hearAll();
      // One after the other: each may be long.
      for (const where of touched.values()) {
        if (lost) continue;
        const stand = stands.get(where.key);
        // What is remembered knows more than this transaction: it is saved after one that nothing is ahead of.
        if (stand !== undefined && ahead.has(where.key)) {
          begin.run(where.key, clock(), EMPTY);
          saveCounters.run(stand.counters, where.key);
          if (isFull(stand, false) && isFull(stand, training(where))) filled.add(where.key);
          continue;
        }
        askNow({ is: 'settle', where, training: training(where) });
        filled.delete(where.key);
        hearAll();
      }
    },
    save(of) {
      hearAll();
      for (const where of held.values()) {
        // What is remembered knows more than the mirror, whose log is enough to work it out again.
        if (lost || ahead.has(where.key) || !of(where)) continue;
        askNow({ is: 'save', where });
        hearAll();
      }
    },
    accountsChanged() {
      accountsChanged = true;
    },
    committed() {
      if (touched.size + saved.length + numbers.length > 0 || accountsChanged || lost)
        asker.post({
          is: 'committed',
          accountsChanged,
          saved,
          numbers,
          more: unanswered.size > 0 || ahead.size > 0,
        });
      careful = Math.max(0, careful - 1);
      clear();
    },
    drop(connection) {
      for (const one of ahead.avoid(connection)) unanswered.delete(one.number);
      asker.post({ is: 'drop', connection });
      if (connection === null) {
        held.clear();
        filled.clear();
        unanswered.clear();
        clear();
      } else {
        held.delete(connection);
        filled.delete(connection);
      }
    },
    fault,
    close: () => asker.close(),
  };
}
