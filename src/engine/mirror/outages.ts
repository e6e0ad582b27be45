import { z } from 'zod';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { Outage, OutageHistory } from '#shared/ipc/desk-views.ts';
import type { ReadableDb } from './database.ts';

const Noted = z.object({ at: z.number(), state: z.string(), detail: z.string().nullable() });
type Noted = z.infer<typeof Noted>;

/** What a noted state begins or ends: whether the agent could be seen, and whether its store could. */
const BEGINS: Readonly<Record<string, Outage['is']>> = {
  offline: 'offline',
  'store-down': 'store-down',
  'store-degraded': 'store-degraded',
};
const isStore = (state: string): boolean => state.startsWith('store-');

/** Pairs what began with what ended it. Two of one kind that follow each other are one. */
export function outagesOf(log: readonly Noted[]): readonly Outage[] {
  const found: Outage[] = [];
  const open: { agent: Outage | null; store: Outage | null } = { agent: null, store: null };
  for (const { at, state, detail } of log) {
    const part = isStore(state) ? 'store' : 'agent';
    const before = open[part];
    const is = BEGINS[state];
    if (before !== null && before.is === is) continue;
    if (before !== null && at > before.from) found.push({ ...before, to: epochMs(at) });
    open[part] = is === undefined ? null : { is, from: epochMs(at), to: null, why: detail ?? '' };
  }
  for (const still of [open.agent, open.store]) if (still !== null) found.push(still);
  return found.toSorted((a, b) => b.from - a.from);
}

/** When an agent or its store could not be seen, newest first. Null: there is no such connection. */
export function outageHistory(db: ReadableDb, connection: ConnectionId, limit: number): OutageHistory | null {
  const one = db.prepare('SELECT key, created_at FROM connection WHERE id = ?').get(connection);
  if (one === undefined) return null;
  const { key, created_at } = z.object({ key: z.number(), created_at: z.number() }).parse(one);
  const log = db
    .prepare('SELECT at, state, detail FROM watch WHERE connection = ? ORDER BY at, state')
    .all(key)
    .map((row) => Noted.parse(row));
  const outages = outagesOf(log);
  const since = Math.min(created_at, log[0]?.at ?? created_at);
  return { since: epochMs(since), outages: outages.slice(0, limit), total: outages.length };
}
