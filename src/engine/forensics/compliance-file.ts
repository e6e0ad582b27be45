import { csvLine } from './csv.ts';
import type { ComplianceReport } from './compliance.ts';
import { reportTables, utc, type ReportTable } from './compliance-tables.ts';

/** Everything about where the report comes from. */
export interface ReportOrigin {
  readonly by: string;
  readonly version: string;
  /** Fingerprint of the installation's key. */
  readonly installation: string | null;
  /** What verifying the journal found; null when it was not verified. */
  readonly journalFaults: number | null;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const STYLE = `
  body { font: 10.5pt/1.45 system-ui, 'Segoe UI', 'Liberation Sans', sans-serif; color: #16202b; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 18pt; margin: 0 0 .3rem; } h2 { font-size: 12.5pt; margin: 1.8rem 0 .2rem; break-after: avoid; }
  p.note, .about { color: #51606f; margin: .2rem 0 .6rem; }
  table { border-collapse: collapse; width: 100%; font-size: 9pt; font-variant-numeric: tabular-nums; }
  th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid #d9dfe6; }
  td.long { overflow-wrap: anywhere; min-width: 8rem; }
  thead { display: table-header-group; } tr { break-inside: avoid; } th { color: #51606f; font-weight: 600; }
  .number { text-align: right; } td.number, td.time { white-space: nowrap; } .empty { color: #51606f; font-style: italic; }
  @media print { body { margin: 0; padding: 0; max-width: none; } }`;

/** A page that stands by itself: no scripts, no links, nothing from the network. */
export function reportHtml(report: ComplianceReport, origin: ReportOrigin): string {
  const title = `Sessions and access, ${utc(report.from).slice(0, 10)} to ${utc(report.to - 1).slice(0, 10)}`;
  const journal =
    origin.journalFaults === null
      ? 'not verified'
      : origin.journalFaults === 0
        ? 'verified: every entry as it was written'
        : `NOT as it was written: ${String(origin.journalFaults)} faults`;
  const about: readonly (readonly [string, string])[] = [
    ['Period', `${utc(report.from)} (included) to ${utc(report.to)} (excluded)`],
    ['Environments', report.environments.map(({ environment }) => environment).join(', ') || 'none'],
    ['Made', `${utc(report.madeAt)} by ${origin.by === '' ? 'an operator without a name' : origin.by}`],
    [
      'Program',
      `Watchfloor ${origin.version}${origin.installation === null ? '' : `, installation ${origin.installation.slice(0, 16)}`}`,
    ],
    ['Journal', journal],
    ...(report.cut.length === 0 ? [] : [['Not shown in full', report.cut.join('; ')] as const]),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>${STYLE}</style></head><body>
<h1>${escape(title)}</h1>
<table class="about"><tbody>${about.map(([name, value]) => `<tr><th scope="row">${escape(name)}</th><td>${escape(value)}</td></tr>`).join('')}</tbody></table>
${reportTables(report).map(section).join('\n')}
</body></html>
`;
}

function section({ title, note, columns, rows }: ReportTable): string {
  const body =
    rows.length === 0
      ? '<p class="empty">Nothing in this period.</p>'
      : `<table><thead><tr>${columns.map((column, at) => `<th scope="col"${rows.every((row) => typeof row[at] === 'number') ? ' class="number"' : ''}>${escape(column)}</th>`).join('')}</tr></thead><tbody>${rows.map(line).join('')}</tbody></table>`;
  return `<h2>${escape(title)}</h2><p class="note">${escape(note)}</p>${body}`;
}
/** A word is broken only where it would push the page aside; what strangers typed can be any length. */
const LONG_WORD = /\S{30}/;
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/;
const line = (row: readonly (string | number)[]): string => `<tr>${row.map(cell).join('')}</tr>`;
const cell = (value: string | number): string => {
  if (typeof value === 'number') return `<td class="number">${value.toLocaleString('en-GB')}</td>`;
  const kind = TIME.test(value) ? ' class="time"' : LONG_WORD.test(value) ? ' class="long"' : '';
  return `<td${kind}>${escape(value)}</td>`;
};

/** One file with all sections; the first column names the section, each section begins with its own heading. */
export function reportCsv(report: ComplianceReport, origin: ReportOrigin): string {
  const head = [
    ['report', 'from', utc(report.from)],
    ['report', 'to', utc(report.to)],
    ['report', 'made', utc(report.madeAt)],
    ['report', 'by', origin.by],
    ['report', 'program', `Watchfloor ${origin.version}`],
    ['report', 'journal faults', origin.journalFaults ?? 'not verified'],
    ...report.cut.map((what) => ['report', 'not shown in full', what]),
  ];
  const tables = reportTables(report).flatMap(({ id, columns, rows }) => [
    ['section', ...columns],
    ...rows.map((row) => [id, ...row]),
  ]);
  return [...head, ...tables].map(csvLine).join('');
}

/** `watchfloor-report-2026-11-01-to-2026-11-30.html` */
export const reportName = ({ from, to }: ComplianceReport, extension: string): string =>
  `watchfloor-report-${utc(from).slice(0, 10)}-to-${utc(to - 1).slice(0, 10)}.${extension}`;
