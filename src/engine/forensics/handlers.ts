import type { COMPLIANCE_METHODS } from '#shared/ipc/compliance-contract.ts';
import type { Handlers } from '#shared/ipc/contract.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { OperatorJournal } from '../journal/journal.ts';
import { verifyIn } from '../journal/verify-profile.ts';
import type { ReadableDb } from '../mirror/database.ts';
import type { Reader } from '../mirror/reader.ts';
import { ProblemError } from '../problem-error.ts';
import { reportCsv, reportHtml, reportName } from './compliance-file.ts';

type Answers = Handlers<typeof COMPLIANCE_METHODS>;

export function complianceHandlers(parts: {
  readonly db: ReadableDb;
  readonly reader: Reader;
  readonly profile: string;
  readonly version: string;
  readonly journal: OperatorJournal;
  readonly operatorName: () => string;
}): Answers {
  const { db, reader, journal } = parts;
  return {
    'compliance.file': async ({ format, ...request }, signal) => {
      const report = await reader.ask('compliance.report', request, signal);
      const origin = {
        by: parts.operatorName(),
        version: parts.version,
        installation: journal.key.fingerprint,
        journalFaults: verifyIn(db, parts.profile, []).faults.length,
      };
      const name = reportName(report, format);
      journal.recordOperatorAction({
        action: 'data-exported',
        subject: { kind: 'compliance-report', name },
        details: { format, from: request.from, to: request.to },
      });
      return { name, text: format === 'csv' ? reportCsv(report, origin) : reportHtml(report, origin) };
    },
  };
}

/** Of a database that may only be read: an export could not be recorded. */
export const readOnlyComplianceHandlers = (problem: Problem): Answers => ({
  'compliance.file': () => Promise.reject(new ProblemError(problem)),
});
