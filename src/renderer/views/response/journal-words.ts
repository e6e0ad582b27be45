import { HOUR, MINUTE } from '#shared/domain/lengths.ts';
import { counted } from '../../format/words.ts';
import type { JournalPage } from '#shared/ipc/journal-views.ts';

type Entry = JournalPage['rows'][number];

const ACTIONS: Readonly<Record<string, string>> = {
  'command-sent': 'Command given',
  'command-finished': 'Command finished',
  'command-cancelled': 'Command taken back',
  'approval-given': 'Approved',
  'approval-denied': 'Denied',
  'agent-misbehaved': 'Agent contradicted itself',
  'environment-added': 'Environment added',
  'environment-changed': 'Environment changed',
  'environment-removed': 'Environment removed',
  'settings-changed': 'Settings changed',
  'address-revealed': 'Masked address shown',
  'data-exported': 'Exported',
  'data-copied': 'Copied',
  'heads-exported': 'Journal heads exported',
  'network-list-loaded': 'List of networks loaded',
  'network-list-removed': 'List of networks removed',
  'sigma-rules-imported': 'Sigma rules imported',
  'sigma-rules-removed': 'Sigma rules removed',
  'sigma-field-map-saved': 'Sigma field map saved',
};
/** In words; an action this version does not know reads as it is written. */
export const actionWords = (action: string): string =>
  ACTIONS[action] ?? `${action.charAt(0).toUpperCase()}${action.slice(1).replaceAll('-', ' ')}`;

const MOST = 240;

/** What is not said in the line: whoever needs it exports the journal. */
const LEFT_OUT: ReadonlySet<string> = new Set(['operation', 'kind', 'connection']);
/** Left out where they are zero or no. */
const ONLY_IF: ReadonlySet<string> = new Set(['alreadyGone', 'failed', 'outside', 'includeNew', 'queued']);
const NAMES: Readonly<Record<string, string>> = {
  outside: 'matching since',
  includeNew: 'also those that came since',
  outcomes: 'digest of outcomes',
};
const DIGEST = 12;

/** Subject and details in one line, the reason first. */
export function entryDetails(entry: Entry): string {
  const { subject, details } = entry;
  const about = subject === undefined ? [] : [subject.name ?? subject.id ?? subject.kind];
  const { reason, ...rest } = details;
  const why = typeof reason === 'string' && reason !== '' ? [`“${reason}”`] : [];
  const text = [...about, ...why, ...Object.entries(rest).flatMap(detailText)].join(' · ');
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}

function detailText([name, value]: [string, Entry['details'][string]]): readonly string[] {
  if (LEFT_OUT.has(name) || (ONLY_IF.has(name) && (value === 0 || value === false))) return [];
  const words = NAMES[name] ?? name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  if (value === true) return [words];
  if (name === 'outcomes' && typeof value === 'string') return [`${words} ${value.slice(0, DIGEST)}…`];
  if (name === 'retryForMs' && typeof value === 'number') return [`tried for ${durationText(value)}`];
  return [`${words} ${valueText(value)}`];
}

const durationText = (ms: number): string =>
  ms < HOUR ? counted(Math.round(ms / MINUTE), 'minute') : counted(Math.round(ms / HOUR), 'hour');

function valueText(value: Entry['details'][string]): string {
  if (Array.isArray(value)) return value.length === 1 ? valueText(value[0] ?? null) : String(value.length);
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(
        ([name, part]) => name !== 'id' && name !== 'connection' && !(ONLY_IF.has(name) && part === false),
      )
      .map(([name, part]) => `${name} ${valueText(part)}`)
      .join(', ');
  }
  return String(value);
}
