import { z } from 'zod';
import { ConnectionId } from '#shared/domain/ids.ts';
import { Severity, severityRank } from '#shared/domain/detection.ts';
import { filterName } from '#shared/domain/filter-words.ts';
import type {
  DetectionDetail,
  DetectionRow,
  EvidenceCell,
  EvidenceTable,
} from '#shared/ipc/detections-views.ts';
import { TRIAGE_STATES, VERDICTS } from '#shared/ipc/detections-contract.ts';
import { act } from './act.ts';
import { askProfile } from './ask.ts';
import { EXIT } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

export interface DetectionsListOptions {
  readonly profile: string;
  readonly state: string;
  readonly severity: string;
  readonly all: boolean;
  readonly limit: string;
  readonly format: string;
}

/** A value of a list, or a usage error that names the list. */
function oneOf<T extends string>(option: string, values: readonly T[], given: string): T {
  const found = values.find((value) => value === given);
  if (found === undefined) {
    throw new UsageError(`${option} is one of ${values.join(', ')}; not “${given}”.`, EXIT.usage);
  }
  return found;
}

/** Control characters of hostile names must not reach a terminal. */
const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�');
const time = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

/** Lists detections, the worst and newest first. */
export async function detectionsList(options: DetectionsListOptions, version: string): Promise<number> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 500) {
    throw new UsageError('--limit takes a whole number from 1 to 500.', EXIT.usage);
  }
  const format = oneOf('--format', ['table', 'ndjson'], options.format);
  const state = oneOf('--state', [...TRIAGE_STATES, 'all'], options.state);
  const least = oneOf('--severity', Severity.options, options.severity);
  const questions = await askProfile(options.profile, version);
  try {
    const { rows, total } = await questions.call('detections.list', {
      filter: {
        ...(state === 'all' ? {} : { states: [state] }),
        severities: Severity.options.filter((one) => severityRank(one) >= severityRank(least)),
        ...(options.all ? { include: ['filtered', 'suppressed', 'withdrawn', 'retrospective'] } : {}),
      },
      sort: 'severity',
      cursor: null,
      limit,
    });
    if (format === 'ndjson') {
      for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
      return EXIT.ok;
    }
    for (const row of rows) process.stdout.write(`${line(row)}\n`);
    process.stdout.write(`${String(rows.length)} of ${String(total)} detections\n`);
    return EXIT.ok;
  } finally {
    questions.close();
  }
}

const line = (row: DetectionRow): string =>
  [
    row.id,
    row.severity.padEnd(8),
    row.state.padEnd(12),
    time(row.lastAt),
    row.detection,
    plain(row.entity.name),
    plain(row.summary),
    row.filtered === null ? '' : `[filtered: ${filterName(row.filtered).toLowerCase()}]`,
  ]
    .filter(Boolean)
    .join('  ');

type Found = Pick<DetectionRow, 'connection' | 'id'>;

/** The detection that an id, or enough of its beginning, names. */
async function find(
  questions: Pick<Awaited<ReturnType<typeof askProfile>>, 'call'>,
  id: string,
): Promise<Found> {
  const matching: Found[] = [];
  let cursor: string | null = null;
  do {
    const page: { readonly rows: readonly DetectionRow[]; readonly next: string | null } =
      await questions.call('detections.list', {
        filter: { include: ['filtered', 'suppressed', 'withdrawn', 'retrospective'] },
        sort: 'newest',
        cursor,
        limit: 500,
      });
    matching.push(...page.rows.filter((row) => row.id.startsWith(id)));
    cursor = page.next;
  } while (cursor !== null && matching.length < 2);
  const [only, another] = matching;
  if (only === undefined) {
    throw new UsageError(
      `No detection is called ${id}. “watchfloor detections list” shows them.`,
      EXIT.usage,
    );
  }
  if (another !== undefined) {
    throw new UsageError(`Several detections begin with ${id}. Give more of the id.`, EXIT.usage);
  }
  return only;
}

/** Shows one detection as its card does. */
export async function detectionsShow(
  options: { readonly profile: string; readonly json: boolean },
  id: string,
  version: string,
): Promise<number> {
  const questions = await askProfile(options.profile, version);
  try {
    const { connection, id: whole } = await find(questions, id);
    const detail = await questions.call('detections.get', { connection, id: whole });
    if (detail === null) throw new UsageError(`The detection ${id} is gone.`, EXIT.failed);
    process.stdout.write(options.json ? `${JSON.stringify(detail, null, 2)}\n` : card(detail));
    return EXIT.ok;
  } finally {
    questions.close();
  }
}

/** A value of a card; times in UTC. */
const shown = (value: string | null, as: EvidenceCell['as']): string | null =>
  value !== null && as === 'time' ? `${time(Number(value))} UTC` : value;
const tableLines = ({ title, heads, rows, more }: EvidenceTable): readonly string[] => [
  `  ${title} (${heads.join(', ')}):`,
  ...rows.map((cells) => `    ${cells.map(({ text, as }) => shown(text, as) ?? 'unknown').join(', ')}`),
  ...(more > 0 ? [`    and ${String(more)} more`] : []),
];

const card = (detail: DetectionDetail): string => {
  const { row } = detail;
  const lines = [
    `${row.title} (${row.severity}, ${row.state}${row.verdict === null ? '' : `: ${row.verdict}`})`,
    `  ${row.summary}`,
    `  ${time(row.raisedAt)} to ${time(row.lastAt)} UTC, ${row.people.map(({ name }) => name).join(', ')}`,
    `  why: ${detail.logic}`,
    ...detail.compared.map(
      ({ what, before, now, as }) =>
        `  ${what}: ${shown(now, as) ?? 'unknown'}${before === null ? '' : ` (against ${shown(before, as) ?? ''})`}`,
    ),
    ...detail.facts.map(({ what, value, as }) => `  ${what}: ${shown(value, as) ?? ''}`),
    ...detail.tables.flatMap(tableLines),
    ...detail.filtersConsidered.map(
      ({ filter, applied, reason }) =>
        `  ${applied ? 'silenced' : 'not silenced'} (${filterName(filter)}): ${reason}`,
    ),
    `  ATT&CK: ${detail.techniques.join(', ')}`,
    `  next: ${detail.nextStep}`,
    ...detail.actions.map(
      ({ at, by, to, note }) => `  ${time(at)} ${by}: ${to.state}${note === null ? '' : `, “${note}”`}`,
    ),
  ];
  return `${lines.map(plain).join('\n')}\n`;
};

export interface TriageOptions {
  readonly profile: string;
  readonly state?: string;
  readonly verdict?: string;
  readonly assignee?: string;
  readonly note?: string;
}

/** Changes the triage of detections: by the engine that runs on the profile, or by one of its own for a moment. */
export async function detectionsTriage(
  options: TriageOptions,
  ids: readonly string[],
  version: string,
): Promise<number> {
  const change = {
    ...(options.state === undefined ? {} : { state: oneOf('--state', TRIAGE_STATES, options.state) }),
    ...(options.verdict === undefined ? {} : { verdict: oneOf('--verdict', VERDICTS, options.verdict) }),
    ...(options.assignee === undefined
      ? {}
      : { assignee: options.assignee === 'nobody' ? null : options.assignee }),
    ...(options.note === undefined ? {} : { note: options.note }),
  };
  if (Object.keys(change).length === 0) {
    throw new UsageError('Say what to change: --state, --verdict, --assignee or --note.', EXIT.usage);
  }
  if (change.state === 'closed' && change.verdict === undefined) {
    throw new UsageError(`Closing needs --verdict: one of ${VERDICTS.join(', ')}.`, EXIT.usage);
  }
  const asking = await askProfile(options.profile, version);
  let detections: readonly Found[];
  try {
    detections = await Promise.all(ids.map((id) => find(asking, id)));
  } finally {
    asking.close();
  }
  const request = {
    detections: detections.map(({ connection, id }) => ({ connection: ConnectionId.parse(connection), id })),
    change,
  };
  const acting = await act(options.profile, version);
  let done: { readonly changed: number };
  try {
    done = await acting.call('detections.triage', request);
  } finally {
    await acting.close();
  }
  process.stdout.write(`${z.int().parse(done.changed)} changed\n`);
  return EXIT.ok;
}
