import { create } from 'zustand';
import { RuleId, type ConnectionId } from '#shared/domain/ids.ts';
import type { PublishResult, RuleDraft } from '#shared/ipc/rules-views.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import { RULE_TEMPLATES } from '#shared/rules/templates.ts';
import { engine } from '../bridge/engine.ts';
import { problemOf } from '../bridge/problem-error.ts';
import { notify } from './notice-store.ts';

/** What is being written for one environment; null where it is as its agent has it. */
export interface Draft {
  readonly rules: readonly Rule[];
  /** Version of the agent's rules that it was made from. */
  readonly basedOn: number;
}

interface RulesState {
  readonly connection: ConnectionId | null;
  readonly selected: RuleId | null;
  readonly drafts: ReadonlyMap<ConnectionId, Draft>;
}

export const useRules = create<RulesState>(() => ({ connection: null, selected: null, drafts: new Map() }));

export const chooseEnvironment = (connection: ConnectionId): void =>
  useRules.setState({ connection, selected: null });
export const selectRule = (selected: RuleId | null): void => useRules.setState({ selected });

/** Takes over drafts as they are saved, also by other windows, without touching what is being written in this one. */
export function takeDrafts(saved: readonly RuleDraft[]): void {
  useRules.setState(({ drafts }) => {
    const all = new Map([...drafts].filter(([connection]) => saving.has(connection)));
    for (const { connection, rules, basedOn, savedAt } of saved) {
      const own = savedHere.get(connection);
      if (saving.has(connection)) continue;
      // A list that was read before this window's own save is out of date.
      if (own !== undefined && own.savedAt > savedAt) all.set(connection, own);
      else all.set(connection, { rules, basedOn });
    }
    return { drafts: all };
  });
}

const SAVE_AFTER_MS = 600;
/** What was written here and is not saved yet, by the timer that will. */
const saving = new Map<ConnectionId, number>();
const savedHere = new Map<ConnectionId, RuleDraft>();

function keep(connection: ConnectionId, draft: Draft): void {
  useRules.setState(({ drafts }) => ({ drafts: new Map(drafts).set(connection, draft) }));
  window.clearTimeout(saving.get(connection));
  const timer = window.setTimeout(() => {
    const { rules, basedOn } = draft;
    engine
      .call('rules.saveDraft', { connection, rules: [...rules], basedOn })
      .then((saved) => void savedHere.set(connection, saved))
      .catch((error: unknown) => notify({ tone: 'bad', problem: problemOf(error) }))
      .finally(() => {
        if (saving.get(connection) === timer) saving.delete(connection);
      });
  }, SAVE_AFTER_MS);
  saving.set(connection, timer);
}

/** Forgets what was written for an environment. */
export function forgetDraft(connection: ConnectionId): void {
  window.clearTimeout(saving.get(connection));
  saving.delete(connection);
  savedHere.delete(connection);
  useRules.setState(({ drafts }) => {
    const rest = new Map(drafts);
    rest.delete(connection);
    return { drafts: rest };
  });
}
export function discardDraft(connection: ConnectionId): void {
  forgetDraft(connection);
  engine
    .call('rules.dropDraft', { connection })
    .catch((error: unknown) => notify({ tone: 'bad', problem: problemOf(error) }));
}

/** Edits one environment's rules from what they are now. */
export interface Editing {
  readonly connection: ConnectionId;
  readonly rules: readonly Rule[];
  readonly basedOn: number;
}
export const changeRule = ({ connection, rules, basedOn }: Editing, next: Rule): void =>
  keep(connection, { rules: rules.map((rule) => (rule.id === next.id ? next : rule)), basedOn });
export function removeRule({ connection, rules, basedOn }: Editing, id: RuleId): void {
  keep(connection, { rules: rules.filter((rule) => rule.id !== id), basedOn });
  selectRule(null);
}
export const replaceRules = ({ connection, basedOn }: Editing, rules: readonly Rule[]): void =>
  keep(connection, { rules, basedOn });
export function addRule({ connection, rules, basedOn }: Editing, template: number): void {
  const id = RuleId.parse(crypto.randomUUID());
  const made = RULE_TEMPLATES[template]?.make(id, Intl.DateTimeFormat().resolvedOptions().timeZone);
  if (made === undefined) return;
  keep(connection, { rules: [...rules, made], basedOn });
  selectRule(id);
}

/** Publishes to one or several environments; throws only when the engine itself failed. */
export const publishRules = (
  items: readonly {
    readonly connection: ConnectionId;
    readonly rules: readonly Rule[];
    readonly ifVersion: number;
  }[],
): Promise<readonly PublishResult[]> =>
  engine.call('rules.publish', { items: items.map((item) => ({ ...item, rules: [...item.rules] })) });

/** Decides about what a rule's brake held back. */
export const decideBrake = async (
  connection: ConnectionId,
  id: string,
  decision: 'approve' | 'deny',
): Promise<void> => {
  await engine.call('respond.approve', { connection, id, decision });
};
