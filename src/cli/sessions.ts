import { askProfile } from './ask.ts';
import { EXIT } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';
import type { SessionRow } from '#shared/ipc/views.ts';

export interface SessionsOptions {
  readonly profile: string;
  readonly state: string;
  readonly text?: string;
  readonly limit: string;
  readonly format: string;
}

/** Lists sessions, those seen last first. */
export async function sessions(options: SessionsOptions, version: string): Promise<number> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) {
    throw new UsageError('--limit takes a whole number from 1 to 1000.', EXIT.usage);
  }
  const { state } = options;
  if (state !== 'live' && state !== 'ended' && state !== 'all') {
    throw new UsageError('--state is one of live, ended, all.', EXIT.usage);
  }
  if (options.format !== 'table' && options.format !== 'ndjson') {
    throw new UsageError('--format is one of table, ndjson.', EXIT.usage);
  }
  const questions = await askProfile(options.profile, version);
  try {
    const page = await questions.call('sessions.page', {
      filter: { state, ...(options.text === undefined ? {} : { text: options.text }) },
      sort: { by: state === 'ended' ? 'endedAt' : 'lastSeenAt', descending: true },
      offset: 0,
      limit,
    });
    if (options.format === 'ndjson') {
      for (const row of page.rows) process.stdout.write(`${JSON.stringify(row)}\n`);
      return 0;
    }
    const lines = [
      ['ACCOUNT', 'STATUS', 'LAST SEEN (UTC)', 'ADDRESS', 'PLACE', 'DEVICE'],
      ...page.rows.map(cells),
    ];
    const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((line) => (line[at] ?? '').length)));
    for (const line of lines) {
      process.stdout.write(
        `${line
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
      );
    }
    process.stdout.write(`${String(page.rows.length)} of ${String(page.total)} sessions\n`);
    return 0;
  } finally {
    questions.close();
  }
}

/** Control characters of hostile names must not reach a terminal. */
const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�');

const cells = (row: SessionRow): string[] =>
  [
    row.account?.name ?? '(anonymous)',
    row.cause === null ? row.status : `${row.status} (${row.cause})`,
    row.lastSeenAt === null ? '' : new Date(row.lastSeenAt).toISOString().slice(0, 19).replace('T', ' '),
    row.ip ?? '',
    row.place === null ? '' : [row.place.city, row.place.country].filter(Boolean).join(', '),
    row.device === null
      ? ''
      : [row.device.browser?.name, row.device.system?.name].filter(Boolean).join(' on '),
  ].map(plain);
