import { severityRank, type DetectionName, type DetectionRecord } from '#shared/domain/detection.ts';
import { MINUTE } from '#shared/domain/units.ts';
import { lengthText } from '#shared/domain/said.ts';
import type { DetectContext } from '../context.ts';
import type { Descriptor } from '../descriptor.ts';
import { decide, filter, standardFilters } from '../filters.ts';
import type { PreparedEvent } from '../prepare.ts';

export const privilegedRole: Descriptor = {
  name: 'privileged_role_after_risky_login',
  setting: 'privilegedRoleAfterRiskyLogin',
  title: 'Role or password changed after a risky sign-in',
  logic:
    'The role or password of a person is changed, or changed by them, at most 60 minutes after a detection of severity high or critical about them that no filter silenced.',
  sources: 'ours',
  techniques: ['T1098'],
  severity: 'critical',
  entity: 'user',
  filters: ['ignored_user', 'service_account', 'known_administrator', 'allow_list'],
  nextStep: 'Undo the change, end the sessions, and look at what the new rights were used for.',
  countsForRisk: true,
};

/** What is kept of a detection about a person. */
export type Alert = Pick<
  DetectionRecord,
  'id' | 'detection' | 'at' | 'raisedAt' | 'lastAt' | 'severity' | 'retrospective'
> & {
  filtered: string | null;
};

const isRisky = (alert: Alert, ts: number, windowMs: number): boolean =>
  alert.filtered === null &&
  alert.detection !== 'user_risk' &&
  alert.detection !== 'privileged_role_after_risky_login' &&
  severityRank(alert.severity) >= severityRank('high') &&
  alert.raisedAt <= ts &&
  ts - Math.min(alert.lastAt, ts) <= windowMs;

/** Whether somebody else who is known made the change. Are they under suspicion, that is a finding about them. */
const administratorFilter = (user: string, change: PreparedEvent, context: DetectContext) => {
  const { actor } = change;
  const since = actor === null || actor === user ? null : context.people.firstLogin(actor);
  const known =
    actor !== null && actor !== user && change.user === user && since !== null && since < change.ts;
  return filter(
    'known_administrator',
    known,
    `made by ${actor ?? ''}, who is known`,
    'not made by another known administrator',
  );
};

const changeText = (user: string, { type, user: of, actor }: PreparedEvent): string => {
  const what = type === 'role-changed' ? 'role' : 'password';
  if (of !== user) return `Changed the ${what} of another account`;
  if (actor === user) return `Changed their own ${what}`;
  return `${what === 'role' ? 'Role' : 'Password'} changed${actor === null ? '' : ' by somebody else'}`;
};

const changeRow = ({ id, ts, type, user, actor }: PreparedEvent) => ({
  event: id,
  ts,
  change: type,
  of: user,
  actor,
});

/** Findings about one person, from their detections and the changes of or by them, both in event time. */
export const findPrivileged = (
  user: string,
  alerts: readonly Alert[],
  changes: readonly PreparedEvent[],
  context: DetectContext,
  titleOf: (name: DetectionName) => string,
): void => {
  const settings = context.settings.privilegedRoleAfterRiskyLogin;
  if (settings === null) return;
  const windowMs = settings.windowMin * MINUTE;
  let open: {
    change: PreparedEvent;
    events: string[];
    key: string;
    changes: ReturnType<typeof changeRow>[];
  } | null = null;
  for (const change of changes) {
    const risky = alerts.filter((alert) => isRisky(alert, change.ts, windowMs));
    const latest = risky.at(-1);
    if (!latest) continue;
    const verdict = decide([
      ...standardFilters(context, privilegedRole.name, change).filter((entry) =>
        privilegedRole.filters.includes(entry.filter),
      ),
      administratorFilter(user, change, context),
    ]);
    const group: string = verdict.filtered ?? '';
    if (!open || open.key !== group || change.ts - open.change.ts > windowMs)
      open = { change, events: risky.map((alert) => alert.at), key: group, changes: [] };
    if (!open.events.includes(change.id)) open.events.push(change.id);
    open.changes.push(changeRow(change));
    const anchor: PreparedEvent = open.change;
    context.raise(privilegedRole, {
      key: anchor.id,
      at: anchor.id,
      raisedAt: anchor.ts,
      lastAt: change.ts,
      events: [...new Set(open.events)],
      entity: { kind: 'user', id: user },
      users: [user],
      severity: 'critical',
      verdict,
      retrospective: anchor.silent,
      summary: `${changeText(user, change)} ${lengthText(change.ts - (latest.lastAt > change.ts ? latest.raisedAt : latest.lastAt))} after “${titleOf(latest.detection)}”`,
      figures: {
        change: change.type,
        of: change.user,
        actor: change.actor,
        attributes: change.attributes,
        // All of the finding; the figures above are those of the latest.
        changes: open.changes.slice(-20),
        chain: risky
          .slice(-20)
          .map(({ id, detection, at, raisedAt, severity }) => ({ id, detection, at, raisedAt, severity })),
        windowMin: settings.windowMin,
      },
    });
  }
};
