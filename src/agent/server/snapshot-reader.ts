import type { Seq } from '#shared/domain/ids.ts';
import { seq } from '#shared/domain/ids.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { Account, Session } from '#shared/protocol/records.ts';
import type { Want } from '#shared/protocol/stream.ts';
import type { Db } from '../state/database.ts';
import type { AgentState } from '../state/state.ts';
import type { Viewer } from '../state/viewer.ts';
import { mayReadSessions, ownSql } from '../state/viewer.ts';

export interface SnapshotPart {
  readonly sessions: readonly Session[];
  readonly accounts: readonly Account[];
  readonly last: boolean;
}
/** The mirror as it was at `asOf`, in parts; the database keeps that state for this reader until it is closed. */
export interface SnapshotReader {
  readonly asOf: Seq;
  next(): SnapshotPart | null;
  close(): void;
}

type Item = { readonly is: 'session' | 'account'; readonly record: string };

export function openSnapshot(
  state: Pick<AgentState, 'reader' | 'listed'>,
  viewer: Viewer,
  want: ReadonlySet<Want>,
  batch: number,
): SnapshotReader {
  const db = state.reader();
  db.exec('BEGIN');
  // The first question fixes what this reader sees; the listed sessions are taken in the same moment.
  const head = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'head'").get();
  const listed = state.listed.snapshot(viewer.own === null ? null : viewer.accounts);
  const items = read(db, listed.records(), viewer, want);
  let held = items.next();
  let part = 0;
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    items.return(undefined);
    listed.close();
    db.close();
  };
  return {
    asOf: seq(Number(head?.value ?? 0)),
    next() {
      if (!open || (held.done === true && part > 0)) return null;
      const sessions: Session[] = [];
      const accounts: Account[] = [];
      let bytes = 0;
      while (held.done !== true && sessions.length + accounts.length < batch) {
        const { is, record } = held.value;
        bytes += Buffer.byteLength(record) + 1;
        if (bytes > LIMITS.batchBytes && sessions.length + accounts.length > 0) break;
        if (is === 'session') sessions.push(JSON.parse(record) as Session);
        else accounts.push(JSON.parse(record) as Account);
        held = items.next();
      }
      part += 1;
      const last = held.done === true;
      if (last) close();
      return { sessions, accounts, last };
    },
    close,
  };
}

function* read(
  db: Db,
  listed: Iterable<string>,
  viewer: Viewer,
  want: ReadonlySet<Want>,
): Generator<Item, undefined> {
  if (!mayReadSessions(viewer)) return;
  interface Row {
    record: string;
  }
  // Accounts first: a console can then show a session with the roles of its account.
  if (want.has('accounts')) {
    const rows =
      viewer.own === null
        ? db.prepare<[], Row>('SELECT record FROM accounts ORDER BY n').iterate()
        : db
            .prepare<[string], Row>(
              'SELECT record FROM accounts WHERE id IN (SELECT value FROM json_each(?)) ORDER BY n',
            )
            .iterate(viewer.own);
    for (const { record } of rows) yield { is: 'account', record };
  }
  if (want.has('sessions')) {
    for (const record of listed) yield { is: 'session', record };
    const rows =
      viewer.own === null
        ? db.prepare<[], Row>('SELECT record FROM sessions ORDER BY n').iterate()
        : db
            .prepare<[string, string], Row>(`SELECT record FROM sessions WHERE ${ownSql} ORDER BY n`)
            .iterate(viewer.own, viewer.own);
    for (const { record } of rows) yield { is: 'session', record };
  }
}
