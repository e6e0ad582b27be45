import type { DetectionName } from '#shared/domain/detection.ts';
import { shareText } from '#shared/domain/said.ts';
import type { AttackRun } from './attack-run.ts';
import type { DetectContext } from './context.ts';
import { decide, filter, standardFilters, type FilterVerdict } from './filters.ts';
import type { PreparedEvent } from './prepare.ts';

/** Share of the attacked accounts that must have signed in from the address before for it to be theirs (ours). */
const ESTABLISHED_SHARE = 0.5;
/** From this share of successes on it looks like people, not like an attack (the slow form's figure). */
const SUCCESS_SHARE = 0.2;

/** Whether somebody was known at an address before an attack from it began. */
export const isEstablished = (
  established: ReadonlyMap<string, number>,
  user: string,
  before: number,
): boolean => {
  const since = established.get(user);
  return since !== undefined && since < before;
};

/** What silences an attack from one address: the lists, people who work there, and too many successes. */
export const attackFilters = (
  context: DetectContext,
  name: DetectionName,
  run: AttackRun,
  event: PreparedEvent,
  established: ReadonlyMap<string, number>,
  successes: number,
): FilterVerdict => {
  let known = 0;
  for (const user of run.users.keys()) if (isEstablished(established, user, run.firstAt)) known += 1;
  const share = run.users.size === 0 ? 0 : known / run.users.size;
  const ratio = successes / (successes + run.attempts);
  const lists = standardFilters(context, name, event).filter(
    (entry) => entry.filter !== 'ignored_user' && entry.filter !== 'service_account',
  );
  return decide([
    ...lists,
    filter(
      'established_users',
      share >= ESTABLISHED_SHARE,
      `${known} of ${run.users.size} accounts signed in from here before: an office or a shared line`,
      `${known} of ${run.users.size} accounts signed in from here before`,
    ),
    filter(
      'success_ratio',
      ratio >= SUCCESS_SHARE,
      `${shareText(ratio)} of the attempts succeeded`,
      `${shareText(ratio)} of the attempts succeeded`,
    ),
  ]);
};
