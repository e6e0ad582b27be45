import { attemptsIn, noneAbove } from '../attempts.ts';
import { ATTACK_FILTERS, hours, type AddressPattern } from './address-attacks.ts';

export const passwordSpraySlow: AddressPattern = {
  descriptor: {
    name: 'password_spray_slow',
    setting: 'passwordSpraySlow',
    title: 'Slow password spray from one address',
    logic:
      'One address (IPv6: /64) within 24 hours: at least 10 accounts, nobody more than 3 failures, over at least 1 hour, less than 20 % of all attempts successful.',
    sources: 'Sigma > 3 accounts in 24 h, raised (ours)',
    techniques: ['T1110.003'],
    severity: 'medium',
    entity: 'ip',
    filters: ATTACK_FILTERS,
    nextStep:
      'Block the address. Slow sprays stay below lock-outs: look for the same accounts from other addresses.',
    countsForRisk: false,
  },
  windowMs: ({ passwordSpraySlow }) => (passwordSpraySlow === null ? null : hours(passwordSpraySlow.windowH)),
  matches({ log, spans }, successes, event, { passwordSpraySlow: own }) {
    const span = spans.password_spray_slow;
    if (own === null || span.perUser.size < own.minUsers || !noneAbove(span, own.maxPerUser)) return false;
    if (event.ts - (log.ts[span.head] ?? event.ts) < hours(own.minDurationH)) return false;
    const from = event.ts - hours(own.windowH);
    let successful = 0;
    for (let i = successes.length - 1; i >= 0 && (successes[i]?.ts ?? 0) >= from; i -= 1) successful += 1;
    return successful / (successful + attemptsIn(log, span)) < own.maxSuccessRatio;
  },
};
