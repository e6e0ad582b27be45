import { writeFileSync } from 'node:fs';
import { complianceReport } from '#engine/forensics/compliance.ts';
import { reportCsv, reportHtml } from '#engine/forensics/compliance-file.ts';
import { verifyProfile } from '#engine/journal/verify-profile.ts';
import { openReadable } from '#engine/mirror/database.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { cliClock } from './open-engine.ts';
import { EXIT } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

export interface ReportOptions {
  readonly profile: string;
  readonly from: string;
  readonly to: string;
  readonly format: string;
  readonly out?: string | undefined;
}

/** `2026-11-01` is its first instant in UTC; a full ISO time is itself. */
function instant(text: string, option: string): number {
  const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(at) || at < 0) {
    throw new UsageError(
      `${option}: “${text}” is no date; write 2026-11-01 or 2026-11-01T08:00:00Z.`,
      EXIT.usage,
    );
  }
  return at;
}

/** Writes a report for a period from the database of a profile; also while an engine works on it. */
export function report(options: ReportOptions, version: string): number {
  const from = instant(options.from, '--from');
  const to = instant(options.to, '--to');
  if (from >= to) throw new UsageError('--to has to be after --from; it is not included itself.', EXIT.usage);
  const { format } = options;
  if (format !== 'csv' && format !== 'html') {
    throw new UsageError(`--format: “${format}” is not known; csv or html.`, EXIT.usage);
  }
  const verified = verifyProfile(options.profile, []);
  if (!verified.ok) {
    throw new UsageError(
      [verified.error.message, verified.error.advice].filter(Boolean).join(' '),
      EXIT.failed,
    );
  }
  const db = openReadable(mirrorFile(options.profile));
  try {
    const question = complianceReport(db, { from, to }, cliClock());
    let step = question.next();
    while (step.done !== true) step = question.next();
    const origin = {
      by: process.env['USER'] ?? '',
      version,
      installation: verified.value.key,
      journalFaults: verified.value.faults.length,
    };
    const text = format === 'csv' ? reportCsv(step.value, origin) : reportHtml(step.value, origin);
    if (options.out === undefined) process.stdout.write(text);
    else writeFileSync(options.out, text, { mode: 0o600 });
  } finally {
    db.close();
  }
  return EXIT.ok;
}
