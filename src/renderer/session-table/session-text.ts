import type { SessionRow } from '#shared/ipc/views.ts';
import { maskAddress } from '#shared/domain/mask-address.ts';
import { markdownText } from '../format/markdown.ts';
import { deviceText, networkText, placeText } from '../format/words.ts';

/** What a copied session says. Masked addresses stay masked, and raw agents are left out with them. */
export interface TextOptions {
  readonly masked: boolean;
  readonly environment: (connection: string) => string;
}

const iso = (at: number | null): string => (at === null ? '' : new Date(at).toISOString());

const HEADERS = [
  'Environment',
  'Session',
  'Person',
  'Roles',
  'Status',
  'Signed in',
  'Last seen',
  'Ended',
  'Cause',
  'Address',
  'Place',
  'Network',
  'Browser and system',
  'User agent',
] as const;

function cellsOf(row: SessionRow, { masked, environment }: TextOptions): readonly string[] {
  return [
    environment(row.connection),
    row.id,
    row.account?.name ?? '',
    row.roles.join(' '),
    row.status,
    iso(row.openedAt),
    iso(row.lastSeenAt),
    iso(row.endedAt),
    row.cause ?? '',
    row.ip === null ? '' : masked ? maskAddress(row.ip) : row.ip,
    row.place === null ? '' : placeText(row.place),
    row.network === null ? '' : networkText(row.network),
    row.device === null ? '' : deviceText(row.device),
    masked ? '' : (row.userAgent ?? ''),
  ];
}

/** A cell of CSV (RFC 4180). What a spreadsheet would read as a formula gets an apostrophe in front. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const sessionsAsCsv = (rows: readonly SessionRow[], options: TextOptions): string =>
  [HEADERS, ...rows.map((row) => cellsOf(row, options))]
    .map((cells) => cells.map(csvCell).join(','))
    .join('\r\n') + '\r\n';

/** A table of Markdown. */
export function sessionsAsMarkdown(rows: readonly SessionRow[], options: TextOptions): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(' | ')} |`;
  return [
    line(HEADERS),
    line(HEADERS.map(() => '---')).replaceAll('\\-', '-'),
    ...rows.map((row) => line(cellsOf(row, options))),
    '',
  ].join('\n');
}
export function sessionsAsJson(rows: readonly SessionRow[], { masked }: TextOptions): string {
  const shown = masked
    ? rows.map((row) => ({ ...row, ip: row.ip === null ? null : maskAddress(row.ip), userAgent: null }))
    : rows;
  return JSON.stringify(shown.length === 1 ? shown[0] : shown, null, 2);
}
