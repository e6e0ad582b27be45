import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { z } from 'zod';

/** What the agent and the mirror hold, reduced to what must be equal. */
export interface Held {
  /** Live sessions: id, account, opened, last seen, last address. */
  readonly sessions: ReadonlyMap<string, string>;
  readonly audit: ReadonlyMap<string, number>;
  readonly epoch: string;
  readonly head: number;
}

const Wire = z.object({
  account: z.object({ id: z.string() }).nullable(),
  opened: z.object({ at: z.number().nullable() }),
  last: z.object({ at: z.number().nullable(), ip: z.string().nullable() }),
});
const reduced = (
  account: string | null,
  opened: number | null,
  last: number | null,
  ip: string | null,
): string => JSON.stringify([account, opened, last, ip]);

function reading<T>(file: string, ask: (all: (sql: string) => readonly unknown[]) => T): T {
  const db = new Database(file, { readonly: true, timeout: 5_000 });
  try {
    return ask((sql) => db.prepare(sql).all());
  } finally {
    db.close();
  }
}

/** Reads the agent's own journal: the sessions it holds and every audit event it has recorded. */
export function agentHolds(file: string): Held & { readonly pending: number } {
  return reading(file, (all) => {
    const Session = z.object({ id: z.string(), record: z.string() });
    const sessions = new Map(
      all('SELECT id, record FROM sessions').map((raw) => {
        const { id, record } = Session.parse(raw);
        const wire = Wire.parse(JSON.parse(record));
        return [id, reduced(wire.account?.id ?? null, wire.opened.at, wire.last.at, wire.last.ip)];
      }),
    );
    const Numbers = z.object({ n: z.number() });
    const [head] = all('SELECT coalesce(max(seq), 0) AS n FROM changes').map((raw) => Numbers.parse(raw).n);
    const [pending] = all('SELECT count(*) AS n FROM sessions WHERE pending = 1').map(
      (raw) => Numbers.parse(raw).n,
    );
    return {
      sessions,
      audit: counted(all('SELECT id FROM audit')),
      epoch: '',
      head: head ?? 0,
      pending: pending ?? 0,
    };
  });
}

/** What the mirror holds; `cursor`: only how far it has come, which is quick to ask. */
export function mirrorHolds(file: string, only?: 'cursor'): Held {
  const nothing = { sessions: new Map(), audit: new Map(), epoch: '', head: -1 };
  if (!existsSync(file)) return nothing;
  return reading(file, (all) => {
    // It has just been made.
    if (all("SELECT 1 FROM sqlite_schema WHERE name = 'cursor'").length === 0) return nothing;
    const Row = z.object({
      id: z.string(),
      account: z.string().nullable(),
      opened_at: z.number().nullable(),
      last_seen_at: z.number().nullable(),
      ip: z.string().nullable(),
    });
    const sessions = new Map(
      (only === 'cursor' ? () => [] : all)(
        `SELECT h.id, a.id AS account, s.opened_at, s.last_seen_at, p.ip FROM session s JOIN handle h ON h.key = s.key
         LEFT JOIN account a ON a.key = s.account LEFT JOIN address p ON p.key = s.last_address
         WHERE s.ended_at IS NULL`,
      ).map((raw) => {
        const row = Row.parse(raw);
        return [row.id, reduced(row.account, row.opened_at, row.last_seen_at, row.ip)];
      }),
    );
    const Cursor = z.object({ epoch: z.string(), seq: z.number() });
    const [cursor] = all('SELECT epoch, seq FROM cursor').map((raw) => Cursor.parse(raw));
    return {
      sessions,
      audit: counted(only === 'cursor' ? [] : all('SELECT id FROM audit')),
      epoch: cursor?.epoch ?? '',
      head: cursor?.seq ?? -1,
    };
  });
}

function counted(rows: readonly unknown[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const raw of rows) {
    const { id } = z.object({ id: z.string() }).parse(raw);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** What differs, in words; empty when the mirror is the agent's truth and every event is there once. */
export function differences(agent: Held, mirror: Held): readonly string[] {
  const found: string[] = [];
  for (const [id, record] of agent.sessions) {
    const mine = mirror.sessions.get(id);
    if (mine === undefined) found.push(`session ${id} is missing in the mirror`);
    else if (mine !== record) found.push(`session ${id}: agent ${record}, mirror ${mine}`);
  }
  for (const id of mirror.sessions.keys()) {
    if (!agent.sessions.has(id)) found.push(`session ${id} is live in the mirror only`);
  }
  for (const id of agent.audit.keys())
    if (!mirror.audit.has(id)) found.push(`event ${id} is missing in the mirror`);
  for (const [id, count] of mirror.audit) {
    if (count > 1) found.push(`event ${id} is there ${String(count)} times`);
    if (!agent.audit.has(id)) found.push(`event ${id} is in the mirror only`);
  }
  return found;
}
