import { attemptsIn, noneAbove } from '../attempts.ts';
import { ATTACK_FILTERS, minutes, type AddressPattern } from './address-attacks.ts';

export const credentialStuffing: AddressPattern = {
  descriptor: {
    name: 'credential_stuffing',
    setting: 'credentialStuffing',
    title: 'Credential stuffing from one address',
    logic:
      'One address (IPv6: /64) within 15 minutes: at least 25 failures on at least 15 accounts, nobody more than 2 (so the 80 % with at most 2 hold by themselves).',
    sources: 'Elastic Okta; Splunk > 9 (Okta) or > 30 (Entra) accounts in 5 min',
    techniques: ['T1110.004'],
    severity: 'medium; high on a hit',
    entity: 'ip',
    filters: ATTACK_FILTERS,
    nextStep:
      'Block the address. Reset the passwords of the accounts that it got into; compare the list with known leaks.',
    countsForRisk: false,
  },
  windowMs: ({ credentialStuffing }) =>
    credentialStuffing === null ? null : minutes(credentialStuffing.windowMin),
  matches({ log, spans }, _successes, _event, { credentialStuffing: own }) {
    const span = spans.credential_stuffing;
    return (
      own !== null &&
      span.perUser.size >= own.minUsers &&
      attemptsIn(log, span) >= own.minAttempts &&
      noneAbove(span, own.maxPerUser)
    );
  },
};
