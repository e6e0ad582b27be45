import type { CloseReason, Session } from '#shared/protocol/records.ts';
import type { AddressFacts, DeviceFacts, Dictionaries, SessionHandle } from './dictionaries.ts';
import type { AccountWriter } from './write-accounts.ts';
import type { WritableDb } from './database.ts';
import { SessionState } from './session-state.ts';

/** What a write did to the number of live sessions, and what was found out about the session. */
export interface SessionWritten {
  readonly key: number;
  readonly live: -1 | 0 | 1;
  readonly opened: Enriched;
  readonly last: Enriched;
}
export interface Enriched {
  readonly address: AddressFacts | null;
  readonly device: DeviceFacts | null;
}

export interface Ending {
  readonly at: number;
  /** Set when the end was not watched: it lies between this and `at`. */
  readonly after?: number | null;
  readonly reason: CloseReason;
  readonly command?: string | undefined;
  readonly rule?: string | undefined;
}

export interface SessionWriter {
  /** @param at when the agent saw it so; used where the session itself does not say */
  upsert(connection: number, session: Session, at: number, view: string): SessionWritten;
  /** Returns the change in the number of live sessions. Unknown ids are nothing to end. */
  close(connection: number, id: string, ending: Ending): -1 | 0;
  /** After a rollback, and after sessions were changed by anybody else. */
  forget(): void;
}

/** All calls must be inside a transaction of `db`. */
export function createSessionWriter(
  db: WritableDb,
  dictionaries: Dictionaries,
  accounts: AccountWriter,
): SessionWriter {
  const current = db.prepare(
    `SELECT account, via, opened_at, expires_at, opened_address, opened_device, last_address, last_device, marks, view,
       ended_at, attributes IS NOT NULL AS attributed, rebuilt
     FROM session WHERE key = ?`,
  );
  const write = db.prepare(
    `INSERT INTO session (key, connection, account, via, opened_at, last_seen_at, expires_at, opened_address,
       opened_device, last_address, last_device, marks, attributes, replaces, view)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET account = excluded.account, via = excluded.via,
       opened_at = coalesce(excluded.opened_at, opened_at), last_seen_at = excluded.last_seen_at,
       expires_at = excluded.expires_at, opened_address = coalesce(excluded.opened_address, opened_address),
       opened_device = coalesce(excluded.opened_device, opened_device), last_address = excluded.last_address,
       last_device = excluded.last_device, marks = excluded.marks, attributes = excluded.attributes,
       replaces = coalesce(excluded.replaces, replaces), view = excluded.view, rebuilt = 0, ended_at = NULL,
       ended_after = NULL, cause = NULL, command = NULL, rule = NULL`,
  );
  // Nearly every change of a session: it was seen again, and is otherwise the same. Each value that is handed over counts.
  const again = db.prepare('UPDATE session SET last_seen_at = ? WHERE key = ?');
  // Perhaps from elsewhere, and longer.
  const see = db.prepare(
    `UPDATE session SET last_seen_at = ?, expires_at = ?, last_address = ?, last_device = ?, attributes = ?
     WHERE key = ?`,
  );
  // The same of one that looks otherwise: nothing else that an index holds has changed, so no other index is written.
  const look = db.prepare(
    `UPDATE session SET last_seen_at = ?, expires_at = ?, last_address = ?, last_device = ?, attributes = ?,
       opened_address = ?, opened_device = ?, marks = ?, view = ?
     WHERE key = ?`,
  );
  const read = (key: number): SessionState | null => {
    const row = current.get(key);
    return row === undefined ? null : SessionState.parse(row);
  };
  const observe = db.prepare(
    `INSERT OR IGNORE INTO observation (session, at, address, device, account, via, marks)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const findHandle = db.prepare('SELECT key FROM handle WHERE connection = ? AND id = ?').pluck();
  const end = db.prepare(
    `UPDATE session SET ended_at = max(?, coalesce(opened_at, 0)), ended_after = ?, cause = ?, command = ?, rule = ?
     WHERE key = ? AND ended_at IS NULL`,
  );
  // A cause learnt later is better than none.
  const explain = db.prepare(
    `UPDATE session SET ended_at = max(@at, coalesce(opened_at, 0)), ended_after = @after, cause = @cause,
       command = @command, rule = @rule
     WHERE key = @key AND cause = @unknown AND @cause <> @unknown`,
  );

  type Sighting = Session['last'];
  const facts = (of: SessionHandle, { ip, userAgent }: Sighting): Enriched => ({
    address: ip === null ? null : dictionaries.addressOf(of, ip),
    device: userAgent === null ? null : dictionaries.deviceOf(of, userAgent),
  });
  /** Of the last sighting: mostly the same as the first. */
  const factsAgain = (of: SessionHandle, first: Sighting, opened: Enriched, last: Sighting): Enriched => {
    const sameIp = first.ip === last.ip;
    const sameAgent = first.userAgent === last.userAgent;
    if (sameIp && sameAgent) return opened;
    return {
      address: sameIp ? opened.address : last.ip === null ? null : dictionaries.addressOf(of, last.ip),
      device: sameAgent
        ? opened.device
        : last.userAgent === null
          ? null
          : dictionaries.deviceOf(of, last.userAgent),
    };
  };
  /** The view is the same for a whole batch, and hardly a session has marks. */
  let lately: { readonly view: string; readonly viewKey: number; readonly noMarks: number } | null = null;
  const wordsOf = (view: string): NonNullable<typeof lately> => {
    if (lately?.view !== view) {
      lately = { view, viewKey: dictionaries.word(view), noMarks: dictionaries.word('[]') };
    }
    return lately;
  };

  return {
    upsert(connection, session, at, view) {
      const handle = dictionaries.session(connection, session.id);
      const { key } = handle;
      const opened = facts(handle, session.opened);
      const last = factsAgain(handle, session.opened, opened, session.last);
      const before = handle.state === undefined ? read(key) : handle.state;
      const { viewKey, noMarks } = wordsOf(view);
      const { expiresAt } = session;
      const attributes = session.attributes === undefined ? null : JSON.stringify(session.attributes);
      const account = session.account === null ? null : accounts.refer(connection, session.account);
      const via = session.via === undefined ? null : accounts.refer(connection, session.via.account);
      const marks = session.marks.length === 0 ? noMarks : dictionaries.word(JSON.stringify(session.marks));
      const openedAt = session.opened.at ?? before?.opened_at ?? null;
      const openedAddress = opened.address?.key ?? before?.opened_address ?? null;
      const openedDevice = opened.device?.key ?? before?.opened_device ?? null;
      const lastAddress = last.address?.key ?? null;
      const lastDevice = last.device?.key ?? null;
      /** Where it is now, as observations have it. */
      const address = (last.address ?? opened.address)?.key ?? null;
      const device = (last.device ?? opened.device)?.key ?? null;

      if (before === null) {
        const first = [opened.address?.key ?? 0, opened.device?.key ?? 0] as const;
        const rest = [account ?? 0, via ?? 0, marks] as const;
        observe.run(
          key,
          session.opened.at ?? at,
          first[0] === 0 ? (address ?? 0) : first[0],
          first[1] === 0 ? (device ?? 0) : first[1],
          ...rest,
        );
        const moved = (first[0] !== 0 && address !== first[0]) || (first[1] !== 0 && device !== first[1]);
        if (moved) observe.run(key, session.last.at ?? at, address ?? 0, device ?? 0, ...rest);
      } else if (
        (before.last_address ?? before.opened_address) !== address ||
        (before.last_device ?? before.opened_device) !== device ||
        before.account !== account ||
        before.via !== via ||
        before.marks !== marks
      ) {
        observe.run(key, session.last.at ?? at, address ?? 0, device ?? 0, account ?? 0, via ?? 0, marks);
      }

      if (
        before !== null &&
        session.replaces === undefined &&
        // The same open session of the same account.
        before.ended_at === null &&
        before.rebuilt === 0 &&
        before.account === account &&
        before.via === via &&
        before.opened_at === openedAt
      ) {
        if (
          before.opened_address === openedAddress &&
          before.opened_device === openedDevice &&
          before.marks === marks &&
          before.view === viewKey
        ) {
          if (
            before.last_address === lastAddress &&
            before.last_device === lastDevice &&
            before.expires_at === expiresAt &&
            before.attributed === 0 &&
            attributes === null
          )
            again.run(session.last.at, key);
          else see.run(session.last.at, expiresAt, lastAddress, lastDevice, attributes, key);
        } else
          look.run(
            session.last.at,
            expiresAt,
            lastAddress,
            lastDevice,
            attributes,
            openedAddress,
            openedDevice,
            marks,
            viewKey,
            key,
          );
        // In its place: a new object for each sighting outlives what it is held by, and is much to be collected.
        before.expires_at = expiresAt;
        before.opened_address = openedAddress;
        before.opened_device = openedDevice;
        before.last_address = lastAddress;
        before.last_device = lastDevice;
        before.marks = marks;
        before.view = viewKey;
        before.attributed = attributes === null ? 0 : 1;
        handle.state = before;
        return { key, live: 0, opened, last };
      }
      write.run(
        key,
        connection,
        account,
        via,
        session.opened.at,
        session.last.at,
        expiresAt,
        opened.address?.key ?? null,
        opened.device?.key ?? null,
        lastAddress,
        lastDevice,
        marks,
        attributes,
        session.replaces ?? null,
        viewKey,
      );
      handle.state = {
        account,
        via,
        opened_at: openedAt,
        expires_at: expiresAt,
        opened_address: openedAddress,
        opened_device: openedDevice,
        last_address: lastAddress,
        last_device: lastDevice,
        marks,
        view: viewKey,
        ended_at: null,
        attributed: attributes === null ? 0 : 1,
        rebuilt: 0,
      };
      return { key, live: before === null || before.ended_at !== null ? 1 : 0, opened, last };
    },
    close(connection, id, ending) {
      const handle = dictionaries.peekSession(connection, id);
      const key = handle?.key ?? findHandle.get(connection, id);
      if (key === undefined) return 0;
      if (handle?.state) handle.state = { ...handle.state, ended_at: ending.at };
      const cause = dictionaries.word(ending.reason);
      const [after, command, rule] = [ending.after ?? null, ending.command ?? null, ending.rule ?? null];
      if (end.run(ending.at, after, cause, command, rule, key).changes === 1) return -1;
      const unknown = dictionaries.word('unknown');
      explain.run({ key, at: ending.at, after, cause, command, rule, unknown });
      return 0;
    },
    forget: () => {
      lately = null;
    },
  };
}
