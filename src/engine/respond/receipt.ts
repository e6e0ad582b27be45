import { z } from 'zod';
import { returned, stillBack } from '#shared/protocol/came-back.ts';
import { AccountId, type OperationId, type SessionId } from '#shared/domain/ids.ts';
import { EpochMs } from '#shared/domain/units.ts';
import type { ReceiptOutcome } from '#shared/ipc/respond-contract.ts';
import type { ReceiptPage, ReceiptRow } from '#shared/ipc/respond-views.ts';
import { connectionById } from '../mirror/connections.ts';
import { outcomesOf, previewedIds } from '../mirror/command-pages.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { commandsOf, type CommandRecord } from '../mirror/operations.ts';

interface Line {
  readonly session: SessionId;
  readonly outcome: ReceiptOutcome;
  readonly code: string | null;
  readonly message: string | null;
}

/** What became of every session of an operation, in the order of its commands. */
export function receiptRows(db: ReadableDb, operation: OperationId): readonly ReceiptRow[] {
  return commandsOf(db, operation).flatMap((command) => {
    const environment = connectionById(db, command.connection)?.name ?? '';
    const lines = linesOf(db, command);
    const known = knownSessions(
      db,
      command.connectionKey,
      lines.map(({ session }) => session),
    );
    return lines.map(({ session, ...line }): ReceiptRow => {
      const row = known.get(session);
      return {
        connection: command.connection,
        environment,
        command: command.id,
        session,
        account: row?.account ?? null,
        ...line,
        endedAt: row?.endedAt ?? null,
      };
    });
  });
}

export function receiptPage(
  db: ReadableDb,
  request: {
    readonly operation: OperationId;
    readonly outcome?: ReceiptOutcome | undefined;
    readonly offset: number;
    readonly limit: number;
  },
): ReceiptPage {
  const all = receiptRows(db, request.operation);
  const counts: Partial<Record<ReceiptOutcome, number>> = {};
  for (const { outcome } of all) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const wanted =
    request.outcome === undefined ? all : all.filter(({ outcome }) => outcome === request.outcome);
  return {
    rows: wanted.slice(request.offset, request.offset + request.limit),
    total: wanted.length,
    counts,
    listed: commandsOf(db, request.operation).every(
      (command) => command.listed || (command.outcome === null && command.preview_listed),
    ),
  };
}

function linesOf(db: ReadableDb, command: CommandRecord): readonly Line[] {
  const lines = command.listed ? listed(db, command) : pieced(db, command);
  const back = returned(command.proofs);
  const still = new Set(stillBack(command.proofs).map(({ id }) => id));
  return lines.map((line) => {
    const again = back.get(line.session);
    if (again === undefined) return line;
    const message = again.endedAgain
      ? 'came back and was ended again'
      : still.has(line.session)
        ? 'came back and is still there'
        : 'came back and has gone since';
    return { ...line, outcome: 'came-back', code: again.cause, message };
  });
}

/** As the agent listed them. */
const listed = (db: ReadableDb, command: CommandRecord): readonly Line[] =>
  outcomesOf(db, command.id).map(({ id, outcome, code, message }) => ({
    session: id,
    outcome: outcome === undefined || outcome === 'pending' ? 'under-way' : outcome,
    code: code ?? null,
    message: message ?? null,
  }));

/** From what is known here: whom the preview showed, which of them failed, which the stream says it ended. */
function pieced(db: ReadableDb, command: CommandRecord): readonly Line[] {
  const failed = new Map(command.outcome?.failed.map((failure) => [failure.id, failure]));
  const ended = endedBy(db, command);
  const previewed = command.preview_listed ? previewedIds(db, command.id) : [];
  const ids = [...new Set([...previewed, ...ended, ...failed.keys()])];
  return ids.map((session): Line => {
    const failure = failed.get(session);
    if (failure !== undefined) {
      return { session, outcome: 'failed', code: failure.code, message: failure.message };
    }
    if (ended.has(session)) return { session, outcome: 'ended', code: null, message: null };
    return {
      session,
      outcome: standing(command),
      code: command.problem?.code ?? null,
      message: command.problem?.message ?? null,
    };
  });
}

/** What can be said of a session that nobody named in an answer. */
function standing(command: CommandRecord): ReceiptOutcome {
  switch (command.state) {
    case 'previewed':
    case 'cancelled':
      return 'cancelled';
    case 'intended':
      return 'queued';
    case 'unreachable':
      return command.finishedAt === null ? 'queued' : command.tries === 0 ? 'unreachable' : 'unknown';
    case 'sent':
    case 'running':
      return 'under-way';
    case 'pending-approval':
      return 'waiting-approval';
    case 'refused':
    case 'denied':
    case 'expired':
      return 'refused';
    case 'completed':
      return 'already-gone';
    case 'partial':
      return (command.outcome?.failedCount ?? 0) > (command.outcome?.failed.length ?? 0)
        ? 'unknown'
        : 'already-gone';
  }
}

function endedBy(db: ReadableDb, command: CommandRecord): ReadonlySet<SessionId> {
  const ids = db
    .prepare(
      'SELECT h.id FROM session s JOIN handle h ON h.key = s.key WHERE s.command = ? AND s.connection = ?',
    )
    .pluck()
    .all(command.id, command.connectionKey);
  return new Set(ids.map((id) => id as SessionId));
}

const Known = z.object({
  id: z.string(),
  ended_at: EpochMs.nullable(),
  account: AccountId.nullable(),
  name: z.string().nullable(),
});
interface KnownSession {
  readonly account: { readonly id: AccountId; readonly name: string } | null;
  readonly endedAt: EpochMs | null;
}

function knownSessions(
  db: ReadableDb,
  connection: number,
  ids: readonly SessionId[],
): ReadonlyMap<string, KnownSession> {
  const rows = db
    .prepare(
      `SELECT h.id, s.ended_at, a.id AS account, a.name FROM json_each(?) j
       CROSS JOIN handle h ON h.connection = ? AND h.id = j.value JOIN session s ON s.key = h.key
       LEFT JOIN account a ON a.key = s.account`,
    )
    .all(JSON.stringify(ids), connection);
  return new Map(
    rows.map((raw) => {
      const { id, ended_at, account, name } = Known.parse(raw);
      return [
        id,
        { account: account === null ? null : { id: account, name: name ?? account }, endedAt: ended_at },
      ];
    }),
  );
}
