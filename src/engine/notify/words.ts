import { severityRank, type Severity } from '#shared/domain/detection.ts';
import { filterName } from '#shared/domain/filter-words.ts';
import { withName } from '#shared/domain/said.ts';
import { comparedValues } from '../detections/compared.ts';
import { evidenceFacts } from '../detections/facts.ts';
import type { Item, Message } from './finding.ts';

/** Longest list inside a digest in words; the rest is counted. */
const LISTED = 100;
/** Line breaks and control characters of a hostile account name must not become lines or headers of a message. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();

const time = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

/** The most severe of a message; `info` for a test. */
export function worst(message: Message): Severity {
  let found: Severity = 'info';
  for (const { what, finding } of message.items) {
    const { severity } = finding.record;
    if (what === 'raised' && severityRank(severity) > severityRank(found)) found = severity;
  }
  return found;
}

/** What it is about, an account by its name. */
export const aboutText = ({ finding }: Item): string =>
  finding.names?.[finding.record.entity.id] ?? finding.record.entity.id;

/** Its sentence, with the account's name where the id stands as subject. */
export const summaryText = ({ finding }: Item): string =>
  withName(finding.record.evidence.summary, Object.entries(finding.names ?? {}));

/** One line that stands alone: severity, what, who, where. */
export function headline(item: Item): string {
  const { record, environment } = item.finding;
  const verb = item.what === 'withdrawn' ? 'Taken back: ' : '';
  return oneLine(
    `${verb}[${record.severity}] ${record.evidence.title}: ${aboutText(item)} in ${environment}`,
  );
}

/** Subject of a mail, first line of everything else. */
export function subject(message: Message): string {
  if (message.shape === 'test') return 'Watchfloor: test message';
  const [first] = message.items;
  if (message.total === 1 && first !== undefined) return `Watchfloor ${headline(first)}`;
  return `Watchfloor: ${String(message.total)} detections, worst ${worst(message)}`;
}

/** The whole message as plain text. */
export function bodyText(message: Message): string {
  if (message.shape === 'test') {
    return 'This is a test message from Watchfloor. Notifications that are sent here arrive.\n';
  }
  const [first] = message.items;
  if (message.total === 1 && first !== undefined) return `${itemText(first)}\n`;
  const lines = message.items.slice(0, LISTED).map((item) => {
    const { record } = item.finding;
    return `${time(record.raisedAt)}  ${headline(item)}\n    ${oneLine(summaryText(item))}`;
  });
  const left = message.total - lines.length;
  if (left > 0) lines.push(`and ${String(left)} more; open the queue of detections to see them.`);
  return `${counts(message)}\n\n${lines.join('\n')}\n`;
}

function counts(message: Message): string {
  const by = new Map<string, number>();
  for (const { what, finding } of message.items) {
    const key = what === 'withdrawn' ? 'taken back' : finding.record.severity;
    by.set(key, (by.get(key) ?? 0) + 1);
  }
  return [...by].map(([key, count]) => `${String(count)} ${key}`).join(', ');
}

function itemText(item: Item): string {
  const { record, environment } = item.finding;
  const { evidence } = record;
  const facts: [string, string][] = [
    ['Environment', environment],
    ['About', `${record.entity.kind} ${aboutText(item)}`],
    ['First event', time(record.raisedAt)],
    ['Last event', time(record.lastAt)],
    ['Technique', evidence.techniques.join(', ') || 'none'],
    ['Next step', evidence.nextStep],
    ['Detection', `${record.detection} (${record.id})`],
  ];
  const shown = (text: string | null, as?: 'time'): string =>
    text === null ? 'unknown' : as === 'time' ? time(Number(text)) : text;
  const compared = [
    ...comparedValues(evidence).map(
      ({ what, before, now, as }) =>
        `${what}: ${shown(now, as)}${before === null ? '' : ` (against ${shown(before, as)})`}`,
    ),
    ...evidenceFacts(evidence, (id) => item.finding.names?.[id] ?? id).map(
      ({ what, value, as }) => `${what}: ${shown(value, as)}`,
    ),
  ].map((one) => `  ${oneLine(one)}`);
  const lines = facts.map(([name, value]) => `${`${name}:`.padEnd(13)} ${oneLine(value)}`);
  const considered = evidence.filtersConsidered.map(
    ({ filter, reason }) => `  ${oneLine(filterName(filter))}: ${oneLine(reason)}`,
  );
  return [
    headline(item),
    oneLine(summaryText(item)),
    ...(item.what === 'withdrawn' ? ['Events that came late show that this did not happen.'] : []),
    '',
    ...lines,
    ...(compared.length > 0 ? ['', 'What was compared and counted:', ...compared] : []),
    ...(considered.length > 0 ? ['', 'Why no filter silenced it:', ...considered] : []),
  ].join('\n');
}
