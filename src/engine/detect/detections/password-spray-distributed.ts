import { MINUTE } from '#shared/domain/units.ts';
import type { FilterConsidered } from '#shared/domain/detection.ts';
import { counted, lengthText, shareText } from '#shared/domain/said.ts';
import { firstOf, type AttackRun } from '../attack-run.ts';
import { attemptsIn, noneAbove, type AttemptLog, type Span } from '../attempts.ts';
import type { DetectContext } from '../context.ts';
import type { Descriptor } from '../descriptor.ts';
import { decide, filter } from '../filters.ts';
import type { PreparedEvent } from '../prepare.ts';
import type { DetectSettings } from '../settings.ts';

export const passwordSprayDistributed: Descriptor = {
  name: 'password_spray_distributed',
  setting: 'passwordSprayDistributed',
  title: 'Password spray from many addresses',
  logic:
    'One environment within 15 minutes: at least 25 failures from at least 5 addresses on at least 8 accounts, nobody more than 5.',
  sources: 'Elastic Okta, multi source; Splunk > 30 accounts and > 30 sources, 3 sigma',
  techniques: ['T1110.003'],
  severity: 'high',
  entity: 'environment',
  filters: ['outage_guard', 'allow_list'],
  nextStep:
    'Look at the matrix of addresses and accounts; block the networks; watch for a success from one of them.',
  countsForRisk: false,
};
/** From this share of failures by people known there or with that device it is an outage, not an attack (ours). */
const FAMILIAR_SHARE = 0.5;

export const matchesDistributed = (log: AttemptLog, span: Span, settings: DetectSettings): boolean => {
  const own = settings.passwordSprayDistributed;
  return (
    own !== null &&
    span.perSource.size >= own.minIps &&
    span.perUser.size >= own.minUsers &&
    attemptsIn(log, span) >= own.minAttempts &&
    noneAbove(span, own.maxPerUser)
  );
};

export interface DistributedRun extends AttackRun {
  familiar: number;
}

/** What says that failures everywhere are an outage, not an attack: successes meanwhile are no hits then either. */
export const outageFilter = (run: DistributedRun): FilterConsidered => {
  const share = run.familiar / run.attempts;
  return filter(
    'outage_guard',
    share >= FAMILIAR_SHARE,
    `${shareText(share)} of the failures are people at their usual address or device: an outage`,
    `${shareText(share)} of the failures are people at their usual address or device`,
  );
};

export const reportDistributed = (
  run: DistributedRun,
  hits: AttackRun['hits'],
  event: PreparedEvent,
  context: DetectContext,
): void => {
  const allowed = context.allows('password_spray_distributed', event);
  const verdict = decide([
    outageFilter(run),
    filter('allow_list', allowed !== null, allowed ?? '', 'no entry of the allow-list matches'),
  ]);
  context.raise(passwordSprayDistributed, {
    key: run.at,
    at: run.at,
    raisedAt: run.raisedAt,
    lastAt: run.lastAt,
    events: run.events.slice(),
    entity: { kind: 'environment', id: event.environment },
    users: [],
    severity: 'high',
    verdict,
    retrospective: run.silent,
    summary: `${counted(run.attempts, 'failed sign-in')} on ${counted(run.users.size, 'account')} from ${counted(run.sources.size, 'address', 'addresses')} in ${lengthText(run.lastAt - run.firstAt)}${hits.length > 0 ? `; ${counted(new Set(hits.map(({ user }) => user)).size, 'account')} got in` : ''}`,
    figures: {
      attempts: run.attempts,
      accounts: run.users.size,
      addresses: run.sources.size,
      minutes: Math.round(((run.lastAt - run.firstAt) / MINUTE) * 100) / 100,
      attemptsPerUser: firstOf(run.users, 100).map(([user, attempts]) => ({ user, attempts })),
      attemptsPerAddress: firstOf(run.sources, 100).map(([ip, attempts]) => ({ ip, attempts })),
      familiarFailures: run.familiar,
      hits: hits
        .slice(0, 50)
        .map(({ user, event: id, ts, session, ip }) => ({ user, event: id, ts, session, ip })),
    },
  });
};
