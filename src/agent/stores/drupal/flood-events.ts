import { z } from 'zod';
import type { AccountId } from '#shared/domain/ids.ts';
import { SECOND, epochMs, type EpochMs } from '#shared/domain/units.ts';
import { address } from '../sql/columns.ts';
import type { StoredEvent } from '../store-adapter.ts';

export interface FloodRow {
  readonly fid: number;
  readonly event: string;
  readonly identifier: string;
  readonly at: EpochMs;
}

/** A failed login by address whose other traces may still come, and failures that were reported already. */
export const FloodMemory = z.object({
  pending: z.array(z.tuple([z.int(), z.string(), z.int()])),
  explained: z.array(z.tuple([z.string(), z.int()])),
});
export type FloodMemory = z.infer<typeof FloodMemory>;
export const NO_FLOOD: FloodMemory = { pending: [], explained: [] };

/** One attempt writes its rows within this time. */
const SAME_ATTEMPT_MS = 2 * SECOND;
/** How long other traces of an attempt are waited for. */
const WAIT_MS = 3 * SECOND;
const MOST = 500;

/**
 * Failed logins that leave nothing in the log (JSON logins): `user.http_login` names the account, and
 * `user.failed_login_ip` without any other trace was for a name that does not exist. Every failed login over the
 * form leaves a flood row as well as a log row, and must not be counted twice.
 * @param logged address and time of the failures that the log told, since the last call
 * @param withLog false when there is no log: then form logins are taken from here too
 */
export function floodEvents(
  memory: FloodMemory,
  rows: readonly FloodRow[],
  logged: readonly (readonly [string, EpochMs])[],
  withLog: boolean,
  now: EpochMs,
): { readonly events: readonly StoredEvent[]; readonly memory: FloodMemory } {
  const events: StoredEvent[] = [];
  const explained: [string, number][] = [
    ...memory.explained,
    ...logged.map(([ip, at]): [string, number] => [ip, at]),
  ];
  const pending: [number, string, number][] = [...memory.pending];
  for (const row of rows) {
    if (row.event === 'user.http_login' || (!withLog && row.event === 'user.failed_login_user')) {
      const [, uid, ip] = /^(\d+)(?:-(.*))?$/.exec(row.identifier) ?? [];
      if (uid === undefined) continue;
      const from = address(ip ?? null);
      events.push({
        ...failure(row.fid, row.at, from),
        reason: 'bad-password',
        account: { id: uid as AccountId, name: uid },
      });
      explained.push([from ?? '', row.at]);
    } else if (row.event === 'user.failed_login_ip') {
      pending.push([row.fid, row.identifier, row.at]);
    }
  }
  const waiting: [number, string, number][] = [];
  for (const [fid, ip, at] of pending) {
    const match = explained.findIndex(
      ([from, when]) => (from === ip || from === '') && Math.abs(when - at) <= SAME_ATTEMPT_MS,
    );
    if (match >= 0) explained.splice(match, 1);
    else if (now - at < WAIT_MS && at <= now) waiting.push([fid, ip, at]);
    else events.push({ ...failure(fid, epochMs(at), address(ip)), reason: 'unknown-account', account: null });
  }
  return {
    events,
    memory: {
      pending: waiting.slice(-MOST),
      explained: explained.filter(([, at]) => now - at < 10 * WAIT_MS).slice(-MOST),
    },
  };
}

const failure = (fid: number, at: EpochMs, ip: string | null) => ({
  id: `flood:${String(fid)}`,
  at,
  action: 'login' as const,
  outcome: 'failure' as const,
  ...(ip === null ? {} : { ip }),
});
