import { attemptsIn, noneAbove, usersBetween } from '../attempts.ts';
import { ATTACK_FILTERS, minutes, type AddressPattern } from './address-attacks.ts';

export const passwordSpray: AddressPattern = {
  descriptor: {
    name: 'password_spray',
    setting: 'passwordSpray',
    title: 'Password spray from one address',
    logic:
      'One address (IPv6: /64) within 60 minutes: at least 5 accounts, at least 15 failures, nobody more than 8, at least 60 % of the accounts with 2 to 6, over at least 5 minutes.',
    sources: 'Elastic Okta, single source',
    techniques: ['T1110.003'],
    severity: 'medium; high on a hit',
    entity: 'ip',
    filters: ATTACK_FILTERS,
    nextStep:
      'Block the address. Check the accounts on the list for a success from it, and for weak passwords.',
    countsForRisk: false,
  },
  windowMs: ({ passwordSpray }) => (passwordSpray === null ? null : minutes(passwordSpray.windowMin)),
  matches({ log, spans }, _successes, event, { passwordSpray: own }) {
    const span = spans.password_spray;
    if (own === null || span.perUser.size < own.minUsers || attemptsIn(log, span) < own.minAttempts)
      return false;
    const duration = event.ts - (log.ts[span.head] ?? event.ts);
    return (
      duration >= minutes(own.minDurationMin) &&
      noneAbove(span, own.maxPerUser) &&
      usersBetween(span, own.band[0], own.band[1]) * 100 >= own.bandPct * span.perUser.size
    );
  },
};
