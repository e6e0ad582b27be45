import { z } from 'zod';
import { OperatorId } from '#shared/domain/ids.ts';
import type { Clock, EpochMs } from '#shared/domain/units.ts';
import { epochMs } from '#shared/domain/units.ts';
import { Reach } from '#shared/protocol/commands.ts';
import type { RulesPut } from '#shared/protocol/rules.ts';
import { Rule } from '#shared/protocol/rules.ts';
import type { RuleId } from '#shared/domain/ids.ts';
import type { Db } from './database.ts';

const STATES = ['completed', 'pending-approval', 'denied', 'expired'] as const;
export type PutState = (typeof STATES)[number];
export type RuleReach = { readonly rule: RuleId; readonly reach: Reach };

/** One replacement of the rules: asked for, in force, or put aside. */
export interface PutRow {
  readonly id: string;
  /** Null until it is in force. */
  readonly version: number | null;
  readonly ifVersion: number;
  /** Canonical JSON of what was asked. */
  readonly content: string;
  readonly operator: { readonly id: OperatorId; readonly name: string };
  readonly tokenId: string;
  readonly rules: readonly Rule[];
  readonly reach: readonly RuleReach[];
  readonly state: PutState;
  readonly receivedAt: EpochMs;
  readonly versionAt: EpochMs | null;
  readonly approvalExpiresAt: EpochMs | null;
  readonly decidedBy: { readonly id: OperatorId; readonly name: string } | null;
}
export type NewPut = Pick<PutRow, 'content' | 'operator' | 'tokenId' | 'reach'> & {
  readonly request: RulesPut;
  readonly approvalExpiresAt: EpochMs | null;
};

/** The rules of this agent: every version, and what waits to become one. */
export interface RuleBook {
  current(): { readonly version: number; readonly rules: readonly Rule[]; readonly put: PutRow | null };
  find(id: string): PutRow | null;
  /** Keeps what was asked; without an approval to wait for, it is in force from now on. */
  begin(put: NewPut): PutRow;
  /** Puts a waiting replacement into force. */
  accept(id: string, by: PutRow['operator']): PutRow;
  close(id: string, state: 'denied' | 'expired', by: PutRow['operator'] | null): void;
  waiting(): readonly PutRow[];
  /** Versions before `before`, newest first. */
  versions(before: number, limit: number): readonly PutRow[];
}

const Row = z.object({
  id: z.string(),
  version: z.number().nullable(),
  if_version: z.number(),
  content: z.string(),
  operator: OperatorId,
  operator_name: z.string(),
  token: z.string(),
  rules: z.string().transform((text) => z.array(Rule).parse(JSON.parse(text))),
  reach: z
    .string()
    .transform((text) =>
      z.array(z.object({ rule: Rule.options[0].shape.id, reach: Reach })).parse(JSON.parse(text)),
    ),
  state: z.enum(STATES),
  received_at: z.number(),
  version_at: z.number().nullable(),
  approval_expires_at: z.number().nullable(),
  decided_by: OperatorId.nullable(),
  decided_name: z.string().nullable(),
});

function toPut(value: unknown): PutRow {
  const row = Row.parse(value);
  const time = (at: number | null) => (at === null ? null : epochMs(at));
  return {
    id: row.id,
    version: row.version,
    ifVersion: row.if_version,
    content: row.content,
    operator: { id: row.operator, name: row.operator_name },
    tokenId: row.token,
    rules: row.rules,
    reach: row.reach,
    state: row.state,
    receivedAt: epochMs(row.received_at),
    versionAt: time(row.version_at),
    approvalExpiresAt: time(row.approval_expires_at),
    decidedBy: row.decided_by === null ? null : { id: row.decided_by, name: row.decided_name ?? '' },
  };
}

export function createRuleBook(db: Db, clock: Clock): RuleBook {
  const one = db.prepare('SELECT * FROM rule_puts WHERE id = ?');
  const newest = db.prepare(
    'SELECT * FROM rule_puts WHERE version IS NOT NULL ORDER BY version DESC LIMIT 1',
  );
  const before = db.prepare('SELECT * FROM rule_puts WHERE version < ? ORDER BY version DESC LIMIT ?');
  const waiting = db.prepare(
    "SELECT * FROM rule_puts WHERE state = 'pending-approval' ORDER BY received_at, id",
  );
  const insert = db.prepare(
    `INSERT INTO rule_puts (id, version, if_version, content, operator, operator_name, token, rules, reach, state, received_at,
       version_at, approval_expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const accept = db.prepare(
    "UPDATE rule_puts SET state = 'completed', version = ?, version_at = ?, decided_by = ?, decided_name = ? WHERE id = ?",
  );
  const close = db.prepare('UPDATE rule_puts SET state = ?, decided_by = ?, decided_name = ? WHERE id = ?');
  // Read at every look at the store: kept as it was parsed.
  let kept: PutRow | null | undefined;
  const latest = () => {
    if (kept === undefined) {
      const row = newest.get();
      kept = row === undefined ? null : toPut(row);
    }
    return kept;
  };
  const find = (id: string) => {
    const row = one.get(id);
    return row === undefined ? null : toPut(row);
  };
  const must = (id: string): PutRow => {
    const row = find(id);
    if (row === null) throw new Error('a replacement of the rules vanished');
    return row;
  };
  const next = () => (latest()?.version ?? 0) + 1;
  return {
    current() {
      const put = latest();
      return { version: put?.version ?? 0, rules: put?.rules ?? [], put };
    },
    find,
    begin({ request, content, operator, tokenId, reach, approvalExpiresAt }) {
      const now = clock();
      const waits = approvalExpiresAt !== null;
      insert.run(
        request.id,
        waits ? null : next(),
        request.ifVersion,
        content,
        operator.id,
        operator.name,
        tokenId,
        JSON.stringify(request.rules),
        JSON.stringify(reach),
        waits ? 'pending-approval' : 'completed',
        now,
        waits ? null : now,
        approvalExpiresAt,
      );
      kept = undefined;
      return must(request.id);
    },
    accept(id, by) {
      accept.run(next(), clock(), by.id, by.name, id);
      kept = undefined;
      return must(id);
    },
    close: (id, state, by) => void close.run(state, by?.id ?? null, by?.name ?? null, id),
    waiting: () => waiting.all().map(toPut),
    versions: (version, limit) => before.all(version, limit).map(toPut),
  };
}
