import type { Coverage } from '#shared/ipc/query-contract.ts';
import type { ComplianceReport } from './compliance.ts';

/** One section of the report: the same tables for paper and for spreadsheets. */
export interface ReportTable {
  readonly id: string;
  readonly title: string;
  /** What it says and where it comes from. */
  readonly note: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Times are UTC: a report must not depend on where it is read. */
export const utc = (at: number | null): string =>
  at === null
    ? ''
    : new Date(at)
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, ' UTC');
const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;

export function reportTables(report: ComplianceReport): readonly ReportTable[] {
  return [
    {
      id: 'coverage',
      title: 'What was watched',
      note: 'As of when the figures are true, and the times of the period in which nobody watched: what happened then is in the report only as far as it was told afterwards.',
      columns: ['Environment', 'As of', 'Not watched from', 'Until', 'Because', 'Told afterwards'],
      rows: report.coverage.flatMap(coverageRows),
    },
    {
      id: 'environments',
      title: 'Sign-ins and sessions by environment',
      note: 'Sign-ins and failures as the applications recorded them. People are accounts that signed in at least once. Accounts and their privileges are as they are now.',
      columns: [
        'Environment',
        'Tier',
        'Accounts',
        'Privileged accounts',
        'People who signed in',
        'Sign-ins',
        'Failed sign-ins',
        'Sessions ended',
      ],
      rows: report.environments.map((one) => [
        one.environment,
        one.tier,
        one.accounts,
        one.privilegedAccounts,
        one.people,
        one.signIns,
        one.failures,
        one.sessionsEnded,
      ]),
    },
    {
      id: 'privileged',
      title: 'Privileged access',
      note: 'Every account that counts as privileged, with its roles and its use in the period. Who counts as privileged is configured at each agent.',
      columns: [
        'Environment',
        'Account',
        'Roles',
        'Sign-ins',
        'Failed sign-ins',
        'Last attempt in the period',
      ],
      rows: report.privileged.map((one) => [
        one.environment,
        one.account,
        one.roles.join(', '),
        one.signIns,
        one.failures,
        utc(one.last),
      ]),
    },
    {
      id: 'failures',
      title: 'Failed sign-ins by reason',
      note: 'Reasons in the words of the application; not every application gives one.',
      columns: ['Environment', 'Reason', 'Failed sign-ins'],
      rows: report.failures.map((one) => [one.environment, one.reason, one.count]),
    },
    {
      id: 'failed-accounts',
      title: 'Failed sign-ins by account',
      note: 'Most first. A name that does not exist is listed as it was typed.',
      columns: ['Environment', 'Account', 'Failed sign-ins', 'Last attempt'],
      rows: report.failedAccounts.map((one) => [one.environment, one.account, one.count, utc(one.last)]),
    },
    {
      id: 'ends',
      title: 'How sessions ended',
      note: '“revoked”: by an operator; “rule”: by a rule of an agent; “collected” and “expired”: by the application itself.',
      columns: ['Environment', 'Cause', 'Sessions'],
      rows: report.ends.map((one) => [one.environment, one.cause, one.sessions]),
    },
    {
      id: 'operations',
      title: 'Sessions ended by operators of this console',
      note: 'One line for each command to an environment, with the reason that the operator gave.',
      columns: [
        'When',
        'Operator',
        'What',
        'Environment',
        'Reason',
        'State',
        'Ended',
        'Already gone',
        'Failed',
      ],
      rows: report.operations.map((one) => [
        utc(one.at),
        one.by,
        one.what,
        one.environment,
        one.reason,
        one.state,
        one.ended,
        one.alreadyGone,
        one.failed,
      ]),
    },
    {
      id: 'changes',
      title: 'Revocations, rules, roles and accounts changed',
      note: 'As the agents recorded them, whoever did it and from whichever console.',
      columns: ['When', 'Environment', 'Action', 'By', 'Account', 'What', 'Reason'],
      rows: report.changes.map((one) => [
        utc(one.at),
        one.environment,
        one.action,
        one.who,
        one.account,
        one.message,
        one.reason,
      ]),
    },
    {
      id: 'detections',
      title: 'Detections that are still open',
      note: 'Raised before the end of the period and not closed when this report was made.',
      columns: ['Raised', 'Environment', 'Severity', 'Detection', 'What was seen', 'Assigned to'],
      rows: report.detections.map((one) => [
        utc(one.raisedAt),
        one.environment,
        SEVERITIES[one.severity] ?? String(one.severity),
        one.name,
        one.summary,
        one.assignee,
      ]),
    },
    {
      id: 'journal',
      title: 'Journal of this console',
      note: 'Everything that operators did here is in a hash-chained, signed journal; “watchfloor verify” checks it.',
      columns: ['Action', 'Entries'],
      rows: Object.entries(report.journal.byAction).map(([action, count]) => [action, count]),
    },
  ];
}

const TOLD = { stream: 'all of it', history: 'its events' } as const;
function coverageRows({ name, asOf, gaps, history }: Coverage): readonly (readonly string[])[] {
  const said = [name, asOf === null ? 'nothing mirrored' : utc(asOf)];
  const past = {
    none: [],
    done: [],
    loading: [[...said, '', '', 'its history is still being read', '']],
    partly: [[...said, '', '', `its history was read only in part: ${history.note ?? ''}`, '']],
  }[history.is];
  const rows = gaps.map(({ from, to, why, filled }) => [
    ...said,
    from === null ? 'the beginning' : utc(from),
    to === null ? 'now' : utc(to),
    why,
    filled === null ? 'nothing' : TOLD[filled],
  ]);
  return rows.length + past.length === 0
    ? [[...said, '', '', 'watched all the time', '']]
    : [...past, ...rows];
}
