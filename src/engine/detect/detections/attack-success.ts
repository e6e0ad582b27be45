import { MINUTE } from '#shared/domain/units.ts';
import { counted, lengthText } from '#shared/domain/said.ts';
import type { FilterConsidered } from '#shared/domain/detection.ts';
import type { AttackRun, Hit } from '../attack-run.ts';
import type { DetectContext } from '../context.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { decide, filter, type FilterVerdict } from '../filters.ts';
import type { PreparedEvent } from '../prepare.ts';

const shared = {
  techniques: ['T1110.003', 'T1078'],
  severity: 'high',
  entity: 'user',
  filters: [...STANDARD_FILTERS, 'established_users', 'success_ratio', 'outage_guard'],
  nextStep: 'End the session that it opened, reset the password, and look at everything since the sign-in.',
  countsForRisk: true,
} as const;

export const passwordSpraySuccess: Descriptor = {
  ...shared,
  name: 'password_spray_success',
  setting: 'passwordSpray',
  title: 'Password spray got in',
  logic:
    'A success inside a spray of any form, from an address that took part, by somebody not known there before.',
  sources: 'Microsoft Entra fires only on a hit',
};
export const credentialStuffingSuccess: Descriptor = {
  ...shared,
  name: 'credential_stuffing_success',
  setting: 'credentialStuffing',
  title: 'Credential stuffing got in',
  logic:
    'A success inside a stuffing run, from an address that took part, by somebody not known there before.',
  sources: 'as for credential_stuffing',
  techniques: ['T1110.004', 'T1078'],
  filters: [...STANDARD_FILTERS, 'established_users', 'success_ratio'],
};
export const successAfterAttack: Descriptor = {
  ...shared,
  name: 'success_after_attack',
  setting: 'successAfterAttack',
  title: 'Success after an attack',
  logic:
    'A success at most 180 minutes after a spray or stuffing detection (counted from its last failure), from an address that took part.',
  sources: 'ours',
};

/** The filter that exempts a success from every one of the three, or null. Worked out when it happens. */
export const exemptionOf = (context: DetectContext, event: PreparedEvent): string | null =>
  // The standard filters in their order, without the sentences: this runs on every sign-in.
  event.ignoredUser
    ? 'ignored_user'
    : event.ignoredIp
      ? 'ignored_ip'
      : event.ignoredAsn
        ? 'ignored_asn'
        : event.trusted
          ? 'trusted_egress'
          : event.service
            ? 'service_account'
            : context.allows('success_after_attack', event) === null
              ? null
              : 'allow_list';

/** What silences a success: what exempts it, that the person was known there, and what silences the attack. */
const verdictOf = (hit: Hit, established: boolean, attack: readonly FilterConsidered[]): FilterVerdict => {
  const shared = attack.find((entry) => entry.filter === 'established_users' && entry.applied);
  return decide([
    filter(
      hit.exempt ?? 'standard_filters',
      hit.exempt !== null,
      `${hit.user} at ${hit.ip} is exempt`,
      'no list, trusted egress or service account applies',
    ),
    shared !== undefined && !established
      ? shared
      : filter(
          'established_users',
          established,
          `${hit.user} signed in from ${hit.ip} before the attack`,
          'never signed in from there before the attack',
        ),
    ...attack.filter((entry) => entry.filter !== 'established_users'),
  ]);
};

/** Whether a success counts as a hit: it is not exempt, and the person was not known there before. */
export const isHit = (hit: Hit, established: boolean): boolean => hit.exempt === null && !established;

/**
 * One finding for each person and run, anchored at the person's first success in it. `hits` are that
 * person's successes, oldest first; `silencing` is what was considered about the attack itself.
 */
export const raiseHits = (
  context: DetectContext,
  descriptor: Descriptor,
  attack: string,
  run: AttackRun,
  hits: readonly Hit[],
  established: boolean,
  silencing: readonly FilterConsidered[],
): void => {
  const first = hits[0];
  const last = hits[hits.length - 1];
  if (!first || !last) return;
  context.raise(descriptor, {
    // Not the attack: a success that two forms of one attack explain is one finding.
    key: first.event,
    at: first.event,
    raisedAt: first.ts,
    lastAt: last.ts,
    events: [...run.events.slice(-20).filter((id) => id !== first.event), ...hits.map((hit) => hit.event)],
    entity: { kind: 'user', id: first.user },
    users: [first.user],
    severity: 'high',
    verdict: verdictOf(hits.find((hit) => hit.exempt === null) ?? first, established, silencing),
    retrospective: first.silent,
    summary: `${first.user} signed in from ${first.ip}, which took part in ${attack === 'credential_stuffing' ? 'credential stuffing' : 'a password spray'} on ${counted(run.users.size, 'account')}${first.ts > run.lastAt ? `, ${lengthText(first.ts - run.lastAt)} after its last failure` : ''}`,
    figures: {
      attack,
      attackRaisedBy: run.at,
      ip: first.ip,
      session: first.session,
      successes: hits.length,
      attempts: run.attempts,
      accounts: run.users.size,
      attemptsOnThisAccount: run.users.get(first.user) ?? 0,
      minutesAfterLastFailure: Math.round(((first.ts - run.lastAt) / MINUTE) * 100) / 100,
    },
  });
};
