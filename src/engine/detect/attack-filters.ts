import type { DetectionName, FilterConsidered } from '#shared/domain/detection.ts';
import type { AddressAttack } from './address-state.ts';
import type { AttackRun, Hit } from './attack-run.ts';
import type { DetectContext } from './context.ts';
import { decide, filter, standardFilters, type FilterVerdict } from './filters.ts';
import type { PreparedEvent } from './prepare.ts';

/** Share of the attacked accounts that must have signed in from the address before for it to be theirs (ours). */
const ESTABLISHED_SHARE = 0.5;
/**
 * From this share of successes on it looks like people, not like an attack: the slow form's figure. Of stuffing only
 * failures count: there it takes a crowd of which most get in (ours).
 */
const SUCCESS_SHARE: Readonly<Record<AddressAttack, number>> = {
  password_spray: 0.2,
  password_spray_slow: 0.2,
  credential_stuffing: 0.5,
};

/** Whether somebody was known at an address before an attack from it began. */
export const isEstablished = (
  established: ReadonlyMap<string, number>,
  user: string,
  before: number,
): boolean => {
  const since = established.get(user);
  return since !== undefined && since < before;
};

/**
 * How many people signed in from the address since the run began, up to `enough`: whoever got in once and comes again
 * is no crowd.
 */
const peopleSince = (successes: readonly Hit[], run: AttackRun, until: number, enough: number): number => {
  const people = new Set<string>();
  for (let i = successes.length - 1; i >= 0 && people.size < enough; i -= 1) {
    const hit = successes[i];
    if (hit === undefined || hit.ts < run.firstAt) break;
    if (hit.ts <= until) people.add(hit.user);
  }
  return people.size;
};

/**
 * What says that failures at an address are the people there, not an attack: its hits are then none either.
 * @param until event time, ms, after which a success has nothing to do with the run
 */
export const crowdFilters = (
  name: AddressAttack,
  run: AttackRun,
  established: ReadonlyMap<string, number>,
  successes: readonly Hit[],
  until: number,
): readonly FilterConsidered[] => {
  let known = 0;
  for (const user of run.users.keys()) if (isEstablished(established, user, run.firstAt)) known += 1;
  const share = run.users.size === 0 ? 0 : known / run.users.size;
  const enough = Math.ceil((SUCCESS_SHARE[name] / (1 - SUCCESS_SHARE[name])) * run.attempts - 1e-9);
  const people = peopleSince(successes, run, until, enough);
  return [
    filter(
      'established_users',
      share >= ESTABLISHED_SHARE,
      `${known} of ${run.users.size} accounts signed in from here before: an office or a shared line`,
      `${known} of ${run.users.size} accounts signed in from here before`,
    ),
    filter(
      'success_ratio',
      people >= enough,
      `${people} or more people got in, against ${run.attempts} failures`,
      `${people} got in, against ${run.attempts} failures`,
    ),
  ];
};

/** What silences an attack from one address: the lists, and what says that it is a crowd. */
export const attackFilters = (
  context: DetectContext,
  name: DetectionName,
  event: PreparedEvent,
  crowd: readonly FilterConsidered[],
): FilterVerdict => {
  const lists = standardFilters(context, name, event).filter(
    (entry) => entry.filter !== 'ignored_user' && entry.filter !== 'service_account',
  );
  return decide([...lists, ...crowd]);
};
