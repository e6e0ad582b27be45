import { z } from 'zod';
import { CommandId, ConnectionId, OperationId, PreviewId, type SessionId } from '#shared/domain/ids.ts';
import { EpochMs } from '#shared/domain/units.ts';
import {
  CommandFailure,
  COMMAND_KINDS,
  COMMAND_STATES,
  Proof,
  type Command,
  type Selector,
} from '#shared/protocol/commands.ts';
import { ResponseSelection, type ResponseAct } from '#shared/ipc/respond-contract.ts';
import { boundedCache } from '#geo/bounded-cache.ts';
import { previewedIds, putPreviewed } from './command-pages.ts';
import {
  isBound,
  payloadText,
  readPayload,
  readSelector,
  selectorText,
  withoutNames,
} from './command-texts.ts';
import type { ReadableDb, WritableDb } from './database.ts';
import { readRows, write } from './statements.ts';

/** Outcome as the agent answered it last. */
export const StoredOutcome = z.object({
  state: z.enum(COMMAND_STATES),
  matched: z.int(),
  ended: z.int(),
  alreadyGone: z.int(),
  failedCount: z.int(),
  failed: z.array(CommandFailure),
  outside: z.int(),
});
export type StoredOutcome = z.infer<typeof StoredOutcome>;

const Findings = z.array(
  z.object({
    code: z.enum(['OTHER_ID', 'CHANGED_ANSWER', 'WRONG_SUM', 'OUTSIDE', 'STILL_THERE', 'NOT_LISTED']),
    message: z.string(),
  }),
);
export type Finding = z.infer<typeof Findings>[number];
const flag = z.number().transform((value) => value === 1);

const ProblemJson = z.object({ code: z.string(), message: z.string(), advice: z.string().optional() });
const STATES = [
  'previewed',
  'intended',
  'sent',
  'unreachable',
  'refused',
  'cancelled',
  ...COMMAND_STATES,
] as const;
const from = <T extends z.ZodType>(schema: T) =>
  z.string().transform((text): z.output<T> => schema.parse(JSON.parse(text)));

const StoredCommand = z
  .object({
    id: CommandId,
    operation: OperationId,
    connection: z.number(),
    connection_id: ConnectionId,
    /** Empty: there is none, the sessions are named one by one. */
    preview: z.union([z.literal(''), PreviewId]),
    expires_at: EpochMs,
    selector: z.string(),
    confirmation: z.string().nullable(),
    payload: z.string().nullable(),
    state: z.enum(STATES),
    tries: z.number(),
    outcome: from(StoredOutcome).nullable(),
    done: z.number(),
    proofs: from(z.array(Proof)),
    problem: from(ProblemJson).nullable(),
    finished_at: EpochMs.nullable(),
    executed_at: EpochMs.nullable(),
    retry_until: EpochMs.nullable(),
    kind: z.enum(COMMAND_KINDS),
    queued: flag,
    reach: z.number(),
    cancel: flag,
    findings: from(Findings),
    preview_listed: flag,
    outcome_listed: z.number(),
  })
  .transform(
    ({
      connection_id,
      expires_at,
      finished_at,
      executed_at,
      retry_until,
      connection,
      outcome_listed,
      selector,
      payload,
      ...rest
    }) => {
      return {
        ...rest,
        kept: { selector, payload },
        intended: payload !== null,
        /** Its outcomes are in command_page. */
        listed: outcome_listed === 1,
        /** Outcomes were asked for and the end of it is in the journal. */
        closed: outcome_listed !== 0,
        retryUntil: retry_until,
        connection: connection_id,
        connectionKey: connection,
        expiresAt: expires_at,
        finishedAt: finished_at,
        executedAt: executed_at,
      };
    },
  );
type StoredCommand = z.infer<typeof StoredCommand>;
export type CommandRecordState = StoredCommand['state'];
/** A command as it is kept. Whom it names is read when somebody asks for it: that can be thousands, and few readers want them. */
export interface CommandRecord extends Omit<StoredCommand, 'kept'> {
  readonly selector: Selector;
  /** What goes out; null until it is intended. */
  readonly payload: Readonly<Record<string, unknown>> | null;
  /** It is bound to what a preview showed, which the agent remembers. */
  readonly bound: boolean;
}

/** Rows as they were read last, and what they mean: who follows an operation asks for the same ones again and again. */
const READ_LAST = 500;
const readLast = boundedCache<{ row: Readonly<Record<string, unknown>>; stored: StoredCommand }>(READ_LAST);

/** What a row means; worked out again only when something in it differs. */
function storedOf(row: Readonly<Record<string, unknown>>): StoredCommand {
  const known = readLast.get(String(row['id']), () => ({ row, stored: StoredCommand.parse(row) }));
  if (known.row !== row && !sameColumns(known.row, row)) {
    known.stored = StoredCommand.parse(row);
    known.row = row;
  }
  return known.stored;
}
function sameColumns(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  for (const column in b) if (a[column] !== b[column]) return false;
  return true;
}

function recordOf(db: ReadableDb, row: unknown): CommandRecord {
  const { kept, ...stored } = storedOf(row as Readonly<Record<string, unknown>>);
  const ids = (): readonly SessionId[] => previewedIds(db, stored.id);
  let selector: Selector | null = null;
  let payload: Readonly<Record<string, unknown>> | null = null;
  return {
    ...stored,
    get selector() {
      return (selector ??= readSelector(kept.selector, ids));
    },
    get payload() {
      if (kept.payload === null) return null;
      return (payload ??= readPayload(kept.payload, ids));
    },
    get bound() {
      return kept.payload !== null && isBound(kept.payload);
    },
  };
}

const SELECT = `SELECT m.*, c.id AS connection_id, o.executed_at, o.retry_until, o.kind FROM command m
  JOIN connection c ON c.key = m.connection JOIN operation o ON o.id = m.operation`;

export interface NewCommand {
  readonly id: CommandId;
  readonly connectionKey: number;
  readonly preview: PreviewId | null;
  readonly expiresAt: number;
  readonly reach: number;
  readonly queued: boolean;
  readonly selector: Selector;
  /** What the person has to type, when anything. */
  readonly confirmation: string | null;
}

/** Keeps a preview: the commands that would be sent, not yet intended. */
export function keepPreview(
  db: WritableDb,
  one: {
    readonly id: OperationId;
    readonly at: number;
    readonly summary: string;
    readonly act: ResponseAct | { readonly kind: 'release' | 'unblock' };
    readonly selection: ResponseSelection | null;
  },
  commands: readonly NewCommand[],
): void {
  db.prepare(
    `INSERT INTO operation (id, previewed_at, summary, reason, operator, kind, for_ms, selection)
     VALUES (?, ?, ?, '', '', ?, ?, ?)`,
  ).run(
    one.id,
    one.at,
    one.summary,
    one.act.kind,
    one.act.kind === 'hold' ? one.act.forMs : null,
    one.selection === null ? null : JSON.stringify(withoutNames(one.selection)),
  );
  addCommands(db, one.id, 0, commands);
}

/** Adds commands to an operation, from this ordinal on. */
export function addCommands(
  db: WritableDb,
  operation: OperationId,
  from: number,
  commands: readonly NewCommand[],
): void {
  const add = db.prepare(
    `INSERT INTO command (id, operation, connection, ordinal, preview, expires_at, selector, confirmation, state, reach, queued, preview_listed)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'previewed', ?, ?, ?)`,
  );
  commands.forEach((command, index) => {
    const { selector } = command;
    const named = 'sessions' in selector;
    add.run(
      command.id,
      operation,
      command.connectionKey,
      from + index,
      command.preview ?? '',
      command.expiresAt,
      selectorText(selector),
      command.confirmation,
      command.reach,
      command.queued ? 1 : 0,
      named ? 1 : 0,
    );
    if (named) putPreviewed(db, command.id, selector.sessions);
  });
}

/** Previews that nobody acted on are not kept for ever. */
export function dropOldPreviews(db: WritableDb, before: number): void {
  const old = 'SELECT id FROM operation WHERE executed_at IS NULL AND previewed_at < ?';
  db.prepare(
    `DELETE FROM command_page WHERE command IN (SELECT id FROM command WHERE operation IN (${old}))`,
  ).run(before);
  db.prepare(`DELETE FROM command WHERE operation IN (${old})`).run(before);
  db.prepare('DELETE FROM operation WHERE executed_at IS NULL AND previewed_at < ?').run(before);
}

/** Writes the intent of a whole operation; from here on it is carried out whatever happens. */
export function intend(
  db: WritableDb,
  one: {
    readonly id: OperationId;
    readonly at: number;
    readonly reason: string;
    readonly operator: string;
    readonly retryUntil: number;
    readonly payloads: ReadonlyMap<CommandId, Command>;
  },
): void {
  db.prepare(
    'UPDATE operation SET executed_at = ?, reason = ?, operator = ?, retry_until = ? WHERE id = ?',
  ).run(one.at, one.reason, one.operator, one.retryUntil, one.id);
  const set = db.prepare("UPDATE command SET payload = ?, state = 'intended' WHERE id = ?");
  for (const [id, payload] of one.payloads) set.run(payloadText(payload), id);
}

export interface CommandChange {
  readonly state?: CommandRecordState;
  readonly tried?: boolean;
  readonly outcome?: StoredOutcome;
  readonly done?: number;
  readonly proofs?: readonly Proof[];
  readonly problem?: z.infer<typeof ProblemJson> | null;
  readonly finishedAt?: number | null;
  readonly cancel?: boolean;
  readonly findings?: readonly Finding[];
  readonly previewListed?: boolean;
  readonly closed?: 'listed' | 'unlisted';
  /** Another content for the same id: only while the agent has never journalled it. Sessions it names are those of `putPreviewed`. */
  readonly payload?: Command;
  readonly selector?: Selector;
}
const bit = (value: boolean | undefined): number | undefined =>
  value === undefined ? undefined : value ? 1 : 0;

export function changeCommand(db: WritableDb, id: CommandId, change: CommandChange): void {
  const columns: Record<string, string | number | null | undefined> = {
    state: change.state,
    outcome: change.outcome === undefined ? undefined : JSON.stringify(change.outcome),
    done: change.done,
    proofs: change.proofs === undefined ? undefined : JSON.stringify(change.proofs),
    problem:
      change.problem === undefined
        ? undefined
        : change.problem === null
          ? null
          : JSON.stringify(change.problem),
    finished_at: change.finishedAt,
    cancel: bit(change.cancel),
    findings: change.findings === undefined ? undefined : JSON.stringify(change.findings),
    preview_listed: bit(change.previewListed),
    outcome_listed: change.closed === undefined ? undefined : change.closed === 'listed' ? 1 : 2,
    payload: change.payload === undefined ? undefined : payloadText(change.payload),
    selector: change.selector === undefined ? undefined : selectorText(change.selector),
  };
  // In one statement: each would write the row again, and a row may name thousands of sessions.
  const given = Object.entries(columns).filter(([, value]) => value !== undefined);
  const set = given.map(([column]) => `${column} = ?`);
  if (change.tried === true) set.push('tries = tries + 1');
  if (set.length === 0) return;
  write(db, `UPDATE command SET ${set.join(', ')} WHERE id = ?`, [...given.map(([, value]) => value), id]);
}

export function commandById(db: ReadableDb, id: string): CommandRecord | null {
  const [row] = readRows(db, `${SELECT} WHERE m.id = ?`, [id]);
  return row === undefined ? null : recordOf(db, row);
}
export const commandsOf = (db: ReadableDb, operation: string): readonly CommandRecord[] =>
  readRows(db, `${SELECT} WHERE m.operation = ? ORDER BY m.ordinal`, [operation]).map((row) =>
    recordOf(db, row),
  );

/** Commands that were intended and are not finished, or whose outcome or proof is not known yet. */
export const openCommands = (db: ReadableDb, finishedSince: number): readonly CommandRecord[] =>
  db
    .prepare(
      `${SELECT} WHERE m.payload IS NOT NULL AND (m.finished_at IS NULL OR
         (m.state = 'unreachable' AND m.tries > 0) OR
         (m.state IN ('completed', 'partial') AND (m.finished_at >= ? OR m.outcome_listed = 0))) ORDER BY m.operation, m.ordinal`,
    )
    .all(finishedSince)
    .map((row) => recordOf(db, row));

const OperationRecord = z
  .object({
    id: OperationId,
    executed_at: EpochMs.nullable(),
    summary: z.string(),
    reason: z.string(),
    operator: z.string(),
    kind: z.enum(COMMAND_KINDS),
    for_ms: z.number().nullable(),
    selection: z.string().nullable(),
    retry_until: EpochMs.nullable(),
  })
  .transform(({ selection: text, ...rest }) => {
    let selection: z.output<typeof ResponseSelection> | null = null;
    return {
      ...rest,
      /** Whom it was about; of sessions that were picked one by one, the first stands for all. */
      get selection() {
        return text === null ? null : (selection ??= ResponseSelection.parse(JSON.parse(text)));
      },
    };
  });
export type OperationRecord = z.infer<typeof OperationRecord>;
export function operationById(db: ReadableDb, id: string): OperationRecord | null {
  const [row] = readRows(db, 'SELECT * FROM operation WHERE id = ?', [id]);
  return row === undefined ? null : OperationRecord.parse(row);
}
