import { create } from 'zustand';
import type { ConnectionId, RuleId } from '#shared/domain/ids.ts';
import { newRuleId } from '#shared/domain/plain-ids.ts';
import type { PublishResult, RuleDraft } from '#shared/ipc/rules-views.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import { sameRules } from '#shared/rules/compare.ts';
import { RULE_TEMPLATES } from '#shared/rules/templates.ts';
import { engine } from '../bridge/engine.ts';
import { problemOf } from '../bridge/problem-error.ts';
import { notify } from './notice-store.ts';
import { takenDrafts, type Draft } from './rule-drafts.ts';

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
  useRules.setState(({ drafts }) => ({ drafts: takenDrafts({ drafts, saving, savedHere, over }, saved) }));
  for (const { connection, savedAt } of saved) noteSaved(connection, savedAt);
}

const SAVE_AFTER_MS = 600;
/** What was written here and is not saved yet, by the timer that will. */
const saving = new Map<ConnectionId, number>();
const savedHere = new Map<ConnectionId, RuleDraft>();
/** When the latest draft was saved that this window heard of, and the latest that it published or discarded. */
const [heard, over] = [new Map<ConnectionId, number>(), new Map<ConnectionId, number>()];
const noteSaved = (connection: ConnectionId, savedAt: number): void =>
  void heard.set(connection, Math.max(savedAt, heard.get(connection) ?? savedAt));

function keep(connection: ConnectionId, draft: Draft): void {
  useRules.setState(({ drafts }) => ({ drafts: new Map(drafts).set(connection, draft) }));
  window.clearTimeout(saving.get(connection));
  const timer = window.setTimeout(() => {
    const { rules, basedOn } = draft;
    engine
      .call('rules.saveDraft', { connection, rules: [...rules], basedOn })
      .then((saved) => {
        noteSaved(connection, saved.savedAt);
        savedHere.set(connection, saved);
      })
      .catch((error: unknown) => notify({ tone: 'bad', problem: problemOf(error) }))
      .finally(() => {
        if (saving.get(connection) === timer) saving.delete(connection);
      });
  }, SAVE_AFTER_MS);
  saving.set(connection, timer);
}

/** What is saved for an environment is out of date, as far as this window has heard of it. */
function passOver(connection: ConnectionId): void {
  savedHere.delete(connection);
  const last = heard.get(connection);
  if (last !== undefined) over.set(connection, last);
}

/** Forgets what was written for an environment. */
function forgetDraft(connection: ConnectionId): void {
  window.clearTimeout(saving.get(connection));
  saving.delete(connection);
  passOver(connection);
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
  const id = newRuleId(crypto.randomUUID());
  const made = RULE_TEMPLATES[template]?.make(id, Intl.DateTimeFormat().resolvedOptions().timeZone);
  if (made === undefined) return;
  keep(connection, { rules: [...rules, made], basedOn });
  selectRule(id);
}

/** Publishes to one or several environments; throws only when the engine itself failed. */
export async function publishRules(
  items: readonly {
    readonly connection: ConnectionId;
    readonly rules: readonly Rule[];
    readonly ifVersion: number;
  }[],
): Promise<readonly PublishResult[]> {
  // What was not saved yet is not saved behind its publication; what is refused is saved then.
  const unsaved = items.flatMap(({ connection }) => {
    const draft = useRules.getState().drafts.get(connection);
    if (draft === undefined || !saving.has(connection)) return [];
    window.clearTimeout(saving.get(connection));
    return [{ connection, draft }];
  });
  // The new version may be seen in force, and be written on, before the answer comes: what was written since stays.
  const isStill = (connection: ConnectionId, rules: readonly Rule[]): boolean =>
    sameRules(useRules.getState().drafts.get(connection)?.rules ?? rules, rules);
  let answers: readonly PublishResult[] = [];
  try {
    answers = await engine.call('rules.publish', {
      items: items.map((item) => ({ ...item, rules: [...item.rules] })),
    });
  } finally {
    const published = new Set(
      answers.flatMap(({ is, connection }) => (is === 'published' ? [connection] : [])),
    );
    for (const { connection, draft } of unsaved)
      if (!published.has(connection) && isStill(connection, draft.rules)) keep(connection, draft);
    for (const { connection, rules } of items) {
      if (!published.has(connection)) continue;
      if (isStill(connection, rules)) forgetDraft(connection);
      else passOver(connection);
    }
  }
  return answers;
}

/** Decides about what a rule's brake held back. */
export const decideBrake = async (
  connection: ConnectionId,
  id: string,
  decision: 'approve' | 'deny',
): Promise<void> => {
  await engine.call('respond.approve', { connection, id, decision });
};
