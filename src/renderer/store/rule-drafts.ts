import type { ConnectionId } from '#shared/domain/ids.ts';
import type { RuleDraft } from '#shared/ipc/rules-views.ts';
import type { Rule } from '#shared/protocol/rules.ts';

/** What is being written for one environment. */
export interface Draft {
  readonly rules: readonly Rule[];
  /** Version of the agent's rules that it was made from. */
  readonly basedOn: number;
}

/** What this window knows of drafts beyond the list it just read. */
export interface KnownHere {
  readonly drafts: ReadonlyMap<ConnectionId, Draft>;
  /** Written here and not saved yet. */
  readonly saving: { has(connection: ConnectionId): boolean };
  readonly savedHere: ReadonlyMap<ConnectionId, RuleDraft>;
  /** When the latest draft was saved that was published or discarded here; on the engine's clock, ms. */
  readonly over: ReadonlyMap<ConnectionId, number>;
}

/** Drafts as they are saved, also by other windows, without touching what is being written in this one. */
export function takenDrafts(here: KnownHere, saved: readonly RuleDraft[]): ReadonlyMap<ConnectionId, Draft> {
  const all = new Map([...here.drafts].filter(([connection]) => here.saving.has(connection)));
  for (const { connection, rules, basedOn, savedAt } of saved) {
    const own = here.savedHere.get(connection);
    const over = here.over.get(connection);
    if (here.saving.has(connection)) continue;
    // A list that was read before this window published or discarded it is out of date, and so is one from before its save.
    if (over !== undefined && savedAt <= over) continue;
    if (own !== undefined && own.savedAt > savedAt) all.set(connection, own);
    else all.set(connection, { rules, basedOn });
  }
  return all;
}
