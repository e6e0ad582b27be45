import { DAY, HOUR } from '#shared/domain/units.ts';
import type { PostureCheck } from '#shared/protocol/posture.ts';
import type { StoredSession } from '../store-adapter.ts';
import { LEAST_IDS, entropyOf, gradeBits } from './entropy.ts';

/** What is known of a kind of store without looking. */
interface Known {
  readonly status: PostureCheck['status'];
  readonly observed: string;
  readonly advice?: string;
}
export interface PostureFacts {
  /** The session's identifier as browsers hold it; or why the store does not show it. */
  readonly identifier: ((session: StoredSession) => string) | Known;
  readonly renewal: Known;
  readonly password: Known;
  /** Which moment a lifetime is counted from, in words, and the moment itself. */
  readonly from: string;
  readonly since: (session: StoredSession) => number | null;
  /** Does every visit move the end? Then nothing ends an active session. */
  readonly sliding: boolean | null;
  /** Where what is not measured comes from: "Drupal 9–11". */
  readonly source: string;
}

/** Sessions that a sample holds. */
export const SAMPLE = 256;

/** Checks that hold for every kind of store; measured on a sample, whose identifiers stay here. */
export function sessionPosture(
  sample: readonly StoredSession[],
  facts: PostureFacts,
): readonly PostureCheck[] {
  const { renewal, password, source } = facts;
  return [
    identifierCheck(sample, facts),
    lifetimeCheck(sample, facts),
    slidingCheck(facts),
    {
      id: 'identifier.renewed',
      title: 'New identifier at sign-in',
      status: renewal.status,
      observed: renewal.observed,
      advice: renewal.advice ?? 'Give the session a new identifier when somebody signs in, against fixation.',
      source,
    },
    {
      id: 'password.ends-sessions',
      title: 'A new password ends the other sessions',
      status: password.status,
      observed: password.observed,
      advice: password.advice ?? 'End all other sessions when the password changes.',
      source,
    },
  ];
}

function identifierCheck(sample: readonly StoredSession[], facts: PostureFacts): PostureCheck {
  const about = {
    id: 'identifier.entropy',
    title: 'Identifier long and random enough',
    advice: 'Use at least 128 bits from the system’s random source.',
  };
  const { identifier } = facts;
  if (typeof identifier !== 'function')
    return { ...about, ...identifier, advice: identifier.advice ?? about.advice, source: facts.source };
  const source = `measured in ${String(sample.length)} sessions`;
  if (sample.length < LEAST_IDS)
    return { ...about, status: 'unknown', observed: 'too few sessions to measure', source };
  const { shortest, bits } = entropyOf(sample.map(identifier));
  const observed = `${String(shortest)} characters, about ${bits.toFixed(0)} bits`;
  return { ...about, status: gradeBits(bits), observed, source };
}

function lifetimeCheck(sample: readonly StoredSession[], facts: PostureFacts): PostureCheck {
  const about = {
    id: 'lifetime',
    title: 'Sessions end by themselves',
    advice: 'End sessions after a working day without activity, sooner for administrators.',
    source: `measured in ${String(sample.length)} sessions, from ${facts.from} to their end`,
  };
  let longest: number | null = null;
  for (const session of sample) {
    const since = facts.since(session);
    if (session.expiresAt === null || since === null) continue;
    longest = Math.max(longest ?? 0, session.expiresAt - since);
  }
  if (longest === null)
    return { ...about, status: 'unknown', observed: 'no session whose beginning and end are known' };
  const observed =
    longest < 2 * DAY ? `${(longest / HOUR).toFixed(1)} hours` : `${(longest / DAY).toFixed(1)} days`;
  const status = longest <= 12 * HOUR ? 'pass' : longest <= 14 * DAY ? 'warn' : 'fail';
  return { ...about, status, observed };
}

function slidingCheck({ sliding, source }: PostureFacts): PostureCheck {
  return {
    id: 'lifetime.absolute',
    title: 'Sessions have a longest life',
    status: sliding === null ? 'unknown' : sliding ? 'fail' : 'pass',
    observed:
      sliding === null
        ? 'the store does not say whether a visit moves the end'
        : sliding
          ? 'a visit moves the end: a session in use never ends'
          : 'the end is set at sign-in and stays',
    advice: 'Add an absolute limit, or a rule here that ends sessions after a day.',
    source,
  };
}
