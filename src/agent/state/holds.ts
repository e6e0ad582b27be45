import { z } from 'zod';
import { OperatorId, SessionId } from '#shared/domain/ids.ts';
import type { Clock, EpochMs } from '#shared/domain/units.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { Db } from './database.ts';

/** An account whose new sessions are ended until a time. */
export interface Hold {
  readonly account: string;
  readonly until: EpochMs;
  /** The command it stands for. */
  readonly command: string;
  readonly operator: { readonly id: OperatorId; readonly name: string };
  /** Sessions that were excepted when the hold was made. */
  readonly spared: ReadonlySet<SessionId>;
}

export interface Holds {
  put(hold: Hold): void;
  /** How many of these were held. */
  release(accounts: readonly string[]): number;
  /** In force now; expired ones are forgotten. */
  active(): readonly Hold[];
}

const Row = z.object({
  account: z.string(),
  until: z.number(),
  command: z.string(),
  operator: OperatorId,
  operator_name: z.string(),
  spared: z.string(),
});

export function createHolds(db: Db, clock: Clock): Holds {
  const put = db.prepare(
    `INSERT INTO holds (account, until, command, operator, operator_name, spared) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (account) DO UPDATE SET until = excluded.until, command = excluded.command, operator = excluded.operator,
       operator_name = excluded.operator_name, spared = excluded.spared`,
  );
  const remove = db.prepare('DELETE FROM holds WHERE account = ?');
  const all = db.prepare('SELECT * FROM holds ORDER BY account');
  let cached: readonly Hold[] | null = null;
  const read = () =>
    all.all().map((value): Hold => {
      const row = Row.parse(value);
      return {
        account: row.account,
        until: epochMs(row.until),
        command: row.command,
        operator: { id: row.operator, name: row.operator_name },
        spared: new Set(z.array(SessionId).parse(JSON.parse(row.spared))),
      };
    });
  return {
    put(hold) {
      const spared = JSON.stringify([...hold.spared]);
      put.run(hold.account, hold.until, hold.command, hold.operator.id, hold.operator.name, spared);
      cached = null;
    },
    release(accounts) {
      let released = 0;
      for (const account of accounts) released += remove.run(account).changes;
      cached = null;
      return released;
    },
    active() {
      cached ??= read();
      const now = clock();
      if (cached.every((hold) => hold.until > now)) return cached;
      for (const hold of cached) if (hold.until <= now) remove.run(hold.account);
      cached = read();
      return cached;
    },
  };
}
