import { z } from 'zod';
import { OperatorId, SessionId } from '#shared/domain/ids.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { Reach as ReachType } from '#shared/protocol/commands.ts';
import { Command, COMMAND_STATES, Reach } from '#shared/protocol/commands.ts';

/** A row of `commands` as SQLite gives it. */
export const JournalRow = z.object({
  id: z.string(),
  operator: OperatorId,
  operator_name: z.string(),
  token: z.string(),
  content: z.string(),
  state: z.enum(COMMAND_STATES),
  matched: z.number(),
  outside: z.string().nullable(),
  reach: z.string(),
  owners: z.string(),
  received_at: z.number(),
  started_at: z.number().nullable(),
  finished_at: z.number().nullable(),
  approval_expires_at: z.number().nullable(),
  decision: z.enum(['approve', 'deny', 'expired']).nullable(),
  decided_by: OperatorId.nullable(),
  decided_name: z.string().nullable(),
  decided_at: z.number().nullable(),
  note: z.string().nullable(),
});
export type JournalRow = z.infer<typeof JournalRow>;

/** A journalled command. */
export interface CommandRow {
  readonly command: Command;
  readonly operator: { readonly id: OperatorId; readonly name: string };
  readonly tokenId: string;
  readonly content: string;
  readonly state: (typeof COMMAND_STATES)[number];
  readonly matched: number;
  readonly outside: { readonly count: number; readonly ids: SessionId[] } | null;
  readonly reach: ReachType;
  readonly owners: readonly string[];
  readonly receivedAt: EpochMs;
  readonly finishedAt: EpochMs | null;
  readonly approvalExpiresAt: EpochMs | null;
  readonly decision: 'approve' | 'deny' | 'expired' | null;
  readonly decidedBy: { readonly id: OperatorId; readonly name: string } | null;
  readonly note: string | null;
}

const Outside = z.object({ count: z.number(), ids: z.array(SessionId) });

/** Requests held as they were read: while a command is under way it is asked for again and again. */
const MOST_HELD = 8;

export interface CommandReader {
  toCommand(row: JournalRow): CommandRow;
  /** The request of a command that was just written down need not be read again. */
  hold(command: Command): void;
}

/**
 * Makes commands of rows. What was requested never changes: of the latest it is read once, however long its lists.
 * @param requestOf the request with this id, as it is kept
 */
export function createCommandReader(requestOf: (id: string) => string | null): CommandReader {
  const held = new Map<string, Command>();
  const hold = (command: Command): void => {
    for (const oldest of held.keys()) {
      if (held.size < MOST_HELD) break;
      held.delete(oldest);
    }
    held.set(command.id, command);
  };
  const commandOf = (id: string): Command => {
    const known = held.get(id);
    if (known !== undefined) return known;
    const request = requestOf(id);
    if (request === null) throw new Error('a command in the journal without what was asked for');
    const command = Command.parse(JSON.parse(request));
    hold(command);
    return command;
  };
  return { toCommand: (row) => toCommand(row, commandOf(row.id)), hold };
}

function toCommand(row: JournalRow, command: Command): CommandRow {
  const time = (value: number | null) => (value === null ? null : epochMs(value));
  return {
    command,
    operator: { id: row.operator, name: row.operator_name },
    tokenId: row.token,
    content: row.content,
    state: row.state,
    matched: row.matched,
    outside: row.outside === null ? null : Outside.parse(JSON.parse(row.outside)),
    reach: Reach.parse(JSON.parse(row.reach)),
    owners: z.array(z.string()).parse(JSON.parse(row.owners)),
    receivedAt: epochMs(row.received_at),
    finishedAt: time(row.finished_at),
    approvalExpiresAt: time(row.approval_expires_at),
    decision: row.decision,
    decidedBy: row.decided_by === null ? null : { id: row.decided_by, name: row.decided_name ?? '' },
    note: row.note,
  };
}
