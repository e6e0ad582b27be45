import { DAY } from '#shared/domain/units.ts';
import type { PreparedEvent } from '../prepare.ts';
import type { FeatureName } from './features.ts';
import type { RiskState } from './risk-state.ts';

/** p(A|x) of one feature of a login over that of an ordinary one: 1 says nothing against it. */
export type AttackPrior = (event: PreparedEvent, feature: FeatureName) => number;

/**
 * The prior of Freeman et al. as the Keystone plugin of Wiefling et al. has it: 0.1 for any address and 1.0 for one
 * on a list of malicious ones, so ten times. Between them (hosting, scripts) √10, half the way in the logarithm (ours).
 */
const LISTED = 10;
const DOUBTFUL = Math.sqrt(10);
/** How long an attack from an address counts against it (ours). */
const ATTACK_MS = 30 * DAY;

/**
 * Attack priors from what is known here: networks that hide where somebody is, addresses that attacked this
 * environment, and clients that are programs. The organisation's own egress has none.
 */
export const priorOf =
  (state: RiskState): AttackPrior =>
  (event, feature) => {
    if (event.trusted) return 1;
    if (feature === 'ua') return event.device === 'bot' ? DOUBTFUL : 1;
    const attacked = event.ipKey === null ? undefined : state.attacks.get(event.ipKey);
    if (attacked !== undefined && event.ts - attacked <= ATTACK_MS && event.ts >= attacked - ATTACK_MS)
      return LISTED;
    switch (event.network) {
      case 'tor':
      case 'vpn':
      case 'proxy':
        return LISTED;
      case 'hosting':
        return DOUBTFUL;
      default:
        return 1;
    }
  };

export const attackEnds = (at: number): number => at + ATTACK_MS;
