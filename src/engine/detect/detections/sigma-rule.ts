import type { Descriptor } from '../descriptor.ts';

/** Findings of imported rules; src/engine/sigma evaluates them. */
export const sigmaRule: Descriptor = {
  name: 'sigma_rule',
  setting: 'sigmaRule',
  title: 'Imported rule',
  logic:
    'A Sigma rule that the organisation imported matched (docs/sigma.md); the finding carries the rule’s own title.',
  sources: 'the rule',
  techniques: [],
  severity: 'the rule’s level',
  entity: 'user',
  filters: [],
  nextStep: 'Look at the events that matched, ask the person, and end what is not theirs.',
  countsForRisk: false,
};
