import { DetectionName, type DetectionEvidence } from '#shared/domain/detection.ts';
import { kmText, lengthText, speedText } from '#shared/domain/said.ts';
import type { EvidenceCell, EvidenceTable } from '#shared/ipc/detections-views.ts';
import { descriptorOf } from '../detect/catalogue.ts';
import type { NameOf } from './facts.ts';
import { isObject, WORDS, type Json, type Words } from './figures-text.ts';

const MOST_ROWS = 12;

type Cell = (row: Json, nameOf: NameOf) => EvidenceCell;
const cell =
  (name: string, words: Words): Cell =>
  (row) => ({ text: words(row[name]) });
const number =
  (name: string): Cell =>
  (row) => ({ text: WORDS.count(row[name]), as: 'number' });
const time =
  (name: string): Cell =>
  (row) =>
    typeof row[name] === 'number' ? { text: String(row[name]), as: 'time' } : { text: null };
const account =
  (name: string): Cell =>
  (row, nameOf) => {
    const id = row[name];
    return { text: typeof id === 'string' ? nameOf(id) : null };
  };
const place =
  (name: string): Cell =>
  (row) => {
    const end = row[name];
    if (!isObject(end)) return { text: null };
    const parts = [WORDS.text(end['city']), WORDS.country(end['country'])].filter((one) => one !== null);
    return { text: parts.length === 0 ? null : parts.join(', ') };
  };
const hopLength: Cell = (row) => {
  const [from, to] = [row['from'], row['to']];
  if (!isObject(from) || !isObject(to)) return { text: null };
  const [a, b] = [from['ts'], to['ts']];
  return { text: typeof a === 'number' && typeof b === 'number' ? lengthText(b - a) : null };
};
const titleOf: Words = (value) => {
  const name = DetectionName.safeParse(value);
  return name.success ? descriptorOf(name.data).title : null;
};

interface Plan {
  readonly figure: string;
  readonly title: string;
  /** Fewer rows than this say nothing that is not said elsewhere. */
  readonly from?: number;
  readonly columns: readonly (readonly [head: string, cell: Cell])[];
}
const FAILURES = ['Failures', number('attempts')] as const;
const FINDINGS: Plan['columns'] = [
  ['When', time('raisedAt')],
  ['Detection', cell('detection', titleOf)],
  ['Severity', cell('severity', WORDS.text)],
];
const SEEN: Plan['columns'] = [
  ['Sign-ins', number('count')],
  ['First', time('first')],
  ['Last', time('last')],
];
const PLANS: readonly Plan[] = [
  {
    figure: 'hops',
    title: 'Every such hop of the day',
    from: 2,
    columns: [
      ['From', place('from')],
      ['To', place('to')],
      ['Distance', cell('km', (value) => (typeof value === 'number' ? kmText(value) : null))],
      ['Time between', hopLength],
      ['Speed', cell('kmh', (value) => speedText(typeof value === 'number' ? value : null))],
    ],
  },
  {
    figure: 'hits',
    title: 'Who got in',
    columns: [
      ['Account', account('user')],
      ['When', time('ts')],
    ],
  },
  {
    figure: 'attemptsPerUser',
    title: 'Attacked accounts',
    columns: [['Account', account('user')], FAILURES],
  },
  {
    figure: 'attemptsPerAddress',
    title: 'Attacking addresses',
    columns: [['Address', cell('ip', WORDS.text)], FAILURES],
  },
  {
    figure: 'sources',
    title: 'Failures by address',
    columns: [
      ['Address', cell('name', WORDS.text)],
      ['Failures', number('value')],
    ],
  },
  {
    figure: 'reasons',
    title: 'Failures by reason',
    columns: [
      ['Reason', cell('name', WORDS.text)],
      ['Failures', number('value')],
    ],
  },
  {
    figure: 'sessions',
    title: 'Sessions open at once',
    columns: [
      ['Address', cell('ip', WORDS.text)],
      ['Country', cell('country', WORDS.country)],
      ['Network', cell('asn', (value) => (typeof value === 'number' ? `AS${String(value)}` : null))],
      ['Last seen', time('lastSeen')],
    ],
  },
  {
    figure: 'changes',
    title: 'What was changed',
    columns: [
      ['When', time('ts')],
      ['Changed', cell('change', WORDS.change)],
      ['Account', account('of')],
      ['By', account('actor')],
    ],
  },
  { figure: 'chain', title: 'What went before', columns: FINDINGS },
  { figure: 'alerts', title: 'Detections that count', columns: FINDINGS },
  {
    figure: 'knownCountries',
    title: 'Countries known before',
    columns: [['Country', cell('country', WORDS.country)], ...SEEN],
  },
  {
    figure: 'knownDevices',
    title: 'Devices known before',
    columns: [['Device', cell('device', WORDS.device)], ...SEEN],
  },
  { figure: 'users', title: 'Who signed in from there', from: 2, columns: [['Account', account('value')]] },
];

/** A list as rows: of objects, of plain values, or of the entries of an object. */
function rowsOf(figure: unknown): readonly Json[] {
  if (Array.isArray(figure))
    return figure.flatMap((one: unknown) =>
      isObject(one) ? [one] : typeof one === 'string' && one !== '' ? [{ value: one }] : [],
    );
  return isObject(figure) ? Object.entries(figure).map(([name, value]) => ({ name, value })) : [];
}
const weight = (row: Json): number => Number(row['attempts'] ?? row['value'] ?? row['count'] ?? 0) || 0;
/** Lists of counts stand with the largest first; the others have an order of their own. */
const COUNTS = new Set([
  'attemptsPerUser',
  'attemptsPerAddress',
  'sources',
  'reasons',
  'knownCountries',
  'knownDevices',
]);

/** The lists in the evidence of a finding, ready to be shown. */
export function evidenceTables(evidence: DetectionEvidence, nameOf: NameOf): readonly EvidenceTable[] {
  const figures: Json = evidence;
  return PLANS.flatMap(({ figure, title, from = 1, columns }) => {
    const all = rowsOf(figures[figure]).filter((row) =>
      columns.some(([, read]) => read(row, nameOf).text !== null),
    );
    if (all.length < from) return [];
    const rows = COUNTS.has(figure) ? [...all].sort((a, b) => weight(b) - weight(a)) : all;
    return [
      {
        title,
        heads: columns.map(([head]) => head),
        rows: rows.slice(0, MOST_ROWS).map((row) => columns.map(([, read]) => read(row, nameOf))),
        more: Math.max(0, rows.length - MOST_ROWS),
      },
    ];
  });
}

/** The person's sign-ins by hour of the day, where the finding holds them. */
export function evidenceHours(evidence: DetectionEvidence): readonly number[] | null {
  const { histogram } = evidence;
  return Array.isArray(histogram) && histogram.length === 24 ? histogram.map(Number) : null;
}
