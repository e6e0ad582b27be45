import type { AccountId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { address, bytesOrNull, seconds, text, textOrNull, whole, wholeOrNull } from '../sql/columns.ts';
import type { Row, SqlAccess } from '../sql/sql-access.ts';
import type { Sql } from '../sql/sql-text.ts';
import { storeKey, type StoredOwner, type StoredSession } from '../store-adapter.ts';
import { MOST_BYTES, namesOf, ownersOf, sessionData, type Tables } from './queries.ts';
import { readBags } from './session-bags.ts';

/** Accounts remembered during one listing; beyond them they are asked for again. */
const MOST_OWNERS = 200_000;
/** Accounts in one question. */
const OWNERS = 1_000;

/** Numbers and texts are equal when they are the same; what else a driver may give is made a text. */
const ownerKey = (value: unknown): unknown =>
  typeof value === 'number' ? value : text(value, 'sessions.uid');

/**
 * Makes sessions of rows of `sessionRows`, for one listing. The owners are looked up by page and remembered: a join
 * would look each of them up for every session.
 */
export class SessionReader {
  readonly #access: SqlAccess;
  readonly #tables: Tables;
  readonly #gcMaxLifetimeMs: number;
  readonly #signal: AbortSignal;
  /** By uid, as the driver gives it; null for an account that is blocked or gone. */
  readonly #owners = new Map<unknown, StoredOwner | null>();

  constructor(access: SqlAccess, tables: Tables, gcMaxLifetimeMs: number, signal: AbortSignal) {
    this.#access = access;
    this.#tables = tables;
    this.#gcMaxLifetimeMs = gcMaxLifetimeMs;
    this.#signal = signal;
  }

  async sessions(rows: readonly Row[]): Promise<readonly StoredSession[]> {
    const owners = await this.#ownersOf(rows);
    const sessions: StoredSession[] = [];
    const behind = new Map<number, string>();
    for (let index = 0; index < rows.length; index += 1) {
      const account = owners[index] ?? null;
      const row = rows[index];
      if (account === null || row === undefined) continue;
      const sid = text(row[0], 'sessions.sid');
      const size = wholeOrNull(row[5], 'sessions.session');
      const data = size === null ? bytesOrNull(row[4], 'sessions.session') : await this.#large(size, sid);
      const bags = readBags(data);
      const at = seconds(whole(row[3], 'sessions.timestamp'));
      if (bags.masquerading !== null) behind.set(sessions.length, bags.masquerading);
      sessions.push({
        key: storeKey(sid),
        account,
        opened: { at: bags.openedAt, ip: null, userAgent: null },
        last: { at, ip: address(textOrNull(row[2], 'sessions.hostname')), userAgent: null },
        expiresAt: at === null ? null : epochMs(at + this.#gcMaxLifetimeMs),
        marks: bags.marks,
      });
    }
    return behind.size === 0 ? sessions : this.#withBehind(sessions, behind);
  }

  /** The owner of each row; null where Drupal would not accept the session. Each is looked for once. */
  async #ownersOf(rows: readonly Row[]): Promise<readonly (StoredOwner | null)[]> {
    const known = rows.map((row) => this.#owners.get(ownerKey(row[1])));
    if (!known.includes(undefined)) return known as readonly (StoredOwner | null)[];
    await this.#meet(rows);
    return rows.map((row) => this.#owners.get(ownerKey(row[1])) ?? null);
  }

  async #meet(rows: readonly Row[]): Promise<void> {
    if (this.#owners.size > MOST_OWNERS) this.#owners.clear();
    const strangers = new Map<string, unknown>();
    for (const row of rows) {
      const key = ownerKey(row[1]);
      if (!this.#owners.has(key)) strangers.set(text(key, 'sessions.uid'), key);
    }
    for (const key of strangers.values()) this.#owners.set(key, null);
    const uids = [...strangers.keys()];
    for (let at = 0; at < uids.length; at += OWNERS) {
      const found = await this.#rows(ownersOf(this.#tables, uids.slice(at, at + OWNERS)));
      for (const row of found) {
        const id = text(row[0], 'uid') as AccountId;
        const name = text(row[1], 'users_field_data.name');
        this.#owners.set(strangers.get(id), { id, name, written: undefined });
      }
    }
  }

  async #withBehind(
    sessions: readonly StoredSession[],
    behind: ReadonlyMap<number, string>,
  ): Promise<readonly StoredSession[]> {
    const found = await this.#rows(namesOf(this.#tables, [...new Set(behind.values())]));
    const names = new Map(found.map((row) => [text(row[0], 'uid'), text(row[1], 'name')]));
    return sessions.map((session, index) => {
      const uid = behind.get(index);
      return uid === undefined
        ? session
        : { ...session, via: { account: { id: uid as AccountId, name: names.get(uid) ?? uid } } };
    });
  }

  /** Session data that did not come with the row; unread when too large. */
  async #large(size: number, sid: string): Promise<Buffer | null> {
    if (size > MOST_BYTES) return null;
    const [large] = await this.#rows(sessionData(this.#tables, sid));
    return bytesOrNull(large?.[0], 'sessions.session');
  }

  #rows(statement: Sql): Promise<readonly Row[]> {
    return this.#access.rows(statement, this.#signal);
  }
}
