import type { ConnectionId } from '#shared/domain/ids.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import type { Editing } from '../../store/rules-store.ts';

interface Target {
  readonly connection: ConnectionId;
  readonly version: number;
  readonly rules: readonly Rule[];
}
type Item = {
  readonly connection: ConnectionId;
  readonly rules: readonly Rule[];
  readonly ifVersion: number;
};

/**
 * What each environment gets: the one that was written for, the whole set; the others keep theirs and get the rules
 * that were added or changed, in the place of those with the same id.
 */
export const publishItems = (
  editing: Editing,
  targets: readonly Target[],
  moved: readonly Rule[],
): readonly Item[] =>
  targets.map(({ connection, version, rules }): Item => {
    if (connection === editing.connection)
      return { connection, rules: editing.rules, ifVersion: editing.basedOn };
    const ids = new Set(moved.map(({ id }) => id));
    const kept = rules.map((rule) => moved.find(({ id }) => id === rule.id) ?? rule);
    const fresh = moved.filter(({ id }) => !rules.some((rule) => rule.id === id && ids.has(id)));
    return { connection, rules: [...kept, ...fresh], ifVersion: version };
  });
