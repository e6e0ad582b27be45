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
};
/** In words; an action this version does not know reads as it is written. */
export const actionWords = (action: string): string =>
  ACTIONS[action] ?? `${action.charAt(0).toUpperCase()}${action.slice(1).replaceAll('-', ' ')}`;

const MOST = 240;

/** Subject and details in one line. */
export function entryDetails(entry: Entry): string {
  const { subject, details } = entry;
  const about = subject === undefined ? [] : [subject.name ?? subject.id ?? subject.kind];
  const said = Object.entries(details).map(([name, value]) => `${name}: ${valueText(value)}`);
  const text = [...about, ...said].join(' · ');
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}

function valueText(value: Entry['details'][string]): string {
  if (Array.isArray(value)) return value.length === 1 ? valueText(value[0] ?? null) : String(value.length);
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([name]) => name !== 'id' && name !== 'connection')
      .map(([name, part]) => `${name} ${valueText(part)}`)
      .join(', ');
  }
  return String(value);
}
