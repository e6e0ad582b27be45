import type { DetectionDelta } from '#shared/domain/detection.ts';
import { settingsOf } from '../detections/settings-store.ts';
import type { WritableDb } from '../mirror/database.ts';
import { createSigmaEvaluator, GroupState, type SigmaEvaluator } from '../sigma/evaluator.ts';
import type { RuleEvent } from '../sigma/fields.ts';
import { importedRules } from './rule-store.ts';

/** Groups that an environment keeps over a restart, those touched last. */
const MOST_KEPT = 50_000;
/** Behind it the name as it was typed, of an account that no store knows. */
const TYPED = '~';

/** Imported rules over what ingest writes; what they count with is written in the same transaction. */
export interface RuleKeeper {
  /** Whether there are any. */
  any(): boolean;
  /** In the transaction of the batch. */
  take(connection: number, events: readonly RuleEvent[], silent: boolean): readonly DetectionDelta[];
  /** That transaction was rolled back. */
  rolledBack(): void;
  /** Other rules are imported now. */
  reload(): void;
}

export function createRuleKeeper(db: WritableDb): RuleKeeper {
  let { rules } = importedRules(db);
  const evaluators = new Map<number, SigmaEvaluator | null>();
  const names = db.prepare('SELECT name FROM account WHERE connection = ? AND id = ?').pluck();

  const open = (connection: number): SigmaEvaluator | null => {
    const held = evaluators.get(connection);
    if (held !== undefined) return held;
    if (settingsOf(db, connection).settings.sigmaRule === null) {
      evaluators.set(connection, null);
      return null;
    }
    const rows = db
      .prepare('SELECT body FROM sigma_group WHERE connection = ? ORDER BY touched_at LIMIT ?')
      .pluck()
      .all(connection, MOST_KEPT);
    const groups = rows.map((body) => GroupState.parse(JSON.parse(String(body))));
    const watermark = groups.reduce<number | null>((newest, [, matches]) => {
      const last = matches.findLast(({ silent }) => !silent)?.ts ?? null;
      return last === null ? newest : Math.max(newest ?? last, last);
    }, null);
    const nameOf = (account: string): string => {
      if (account.startsWith(TYPED)) return account.slice(TYPED.length);
      const name = names.get(connection, account);
      return typeof name === 'string' ? name : account;
    };
    const environment = String(
      db.prepare('SELECT name FROM connection WHERE key = ?').pluck().get(connection),
    );
    const opened = createSigmaEvaluator(rules, environment, { watermark, groups }, nameOf);
    evaluators.set(connection, opened);
    return opened;
  };

  const keep = (connection: number, evaluator: SigmaEvaluator): void => {
    const put = db.prepare(
      `INSERT INTO sigma_group (connection, name, body, touched_at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET body = excluded.body, touched_at = excluded.touched_at`,
    );
    const drop = db.prepare('DELETE FROM sigma_group WHERE connection = ? AND name = ?');
    for (const key of evaluator.changed()) {
      const state = evaluator.groupState(key);
      if (state === null) drop.run(connection, key);
      else put.run(connection, key, JSON.stringify(state), state[1].at(-1)?.ts ?? 0);
    }
  };

  return {
    any: () => rules.length > 0,
    take: (connection, events, silent) => {
      if (rules.length === 0) return [];
      const evaluator = open(connection);
      if (evaluator === null) return [];
      const last = new Map<string, DetectionDelta>();
      for (const event of events) {
        for (const delta of evaluator.ingest(event, { retrospective: silent })) {
          last.set(delta.kind === 'upsert' ? delta.record.id : delta.id, delta);
        }
      }
      keep(connection, evaluator);
      return [...last.values()];
    },
    rolledBack: () => {
      evaluators.clear();
    },
    reload: () => {
      ({ rules } = importedRules(db));
      evaluators.clear();
    },
  };
}
