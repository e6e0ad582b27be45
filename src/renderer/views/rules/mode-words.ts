import type { Rule } from '#shared/protocol/rules.ts';

export const MODES: readonly (readonly [Rule['mode'], string])[] = [
  ['off', 'Off'],
  ['observe', 'Observe'],
  ['enforce', 'Enforce'],
];
export const MODE_EXPLAINED: Readonly<Record<Rule['mode'], string>> = {
  off: 'Off: nothing happens',
  observe: 'Observe: the audit says what it would have ended, and nobody is signed out',
  enforce: 'Enforce: the agent ends these sessions, also when no console is open',
};
