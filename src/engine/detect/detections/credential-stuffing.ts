import { attemptsIn, noneAbove, usersBetween } from '../attempts.ts';
import { ATTACK_FILTERS, minutes, type AddressPattern } from './address-attacks.ts';

/** Leaked pairs are tried once or twice each (Elastic Okta): from this share of the accounts on it is stuffing. */
const [FEW, FEW_SHARE] = [2, 0.8];

export const credentialStuffing: AddressPattern = {
  descriptor: {
    name: 'credential_stuffing',
    setting: 'credentialStuffing',
    title: 'Credential stuffing from one address',
    logic:
      'One address (IPv6: /64) within 15 minutes: at least 25 failures on at least 15 accounts, nobody more than 2, and at least 80 % of the accounts at most 2 (which matters where the limit is raised).',
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
      noneAbove(span, own.maxPerUser) &&
      usersBetween(span, 1, FEW) >= FEW_SHARE * span.perUser.size
    );
  },
};
