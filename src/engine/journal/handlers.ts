import type { Handlers } from '#shared/ipc/contract.ts';
import type { JOURNAL_METHODS } from '#shared/ipc/journal-contract.ts';
import type { HeadsFile } from '#shared/journal/entry.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { ProblemError } from '../problem-error.ts';
import type { Countersigning } from './countersign.ts';
import { parseHeads } from './head-file.ts';
import type { OperatorJournal } from './journal.ts';
import { journalPage } from './page.ts';
import { verifyIn } from './verify-profile.ts';

type Answers = Handlers<typeof JOURNAL_METHODS>;

function headsOf(texts: readonly string[] | undefined): readonly HeadsFile[] {
  return (texts ?? []).map((text, index) => {
    const parsed = parseHeads(text, `File ${String(index + 1)}`);
    if (!parsed.ok) throw new ProblemError(parsed.error);
    return parsed.value;
  });
}

export function journalHandlers(parts: {
  readonly db: ReadableDb;
  readonly profile: string;
  readonly journal: OperatorJournal;
  readonly countersigning: Countersigning;
}): Answers {
  const { db, journal } = parts;
  return {
    'journal.page': (request) => Promise.resolve(journalPage(db, request)),
    'journal.verify': async ({ heads, agents }) => {
      const verdict = verifyIn(db, parts.profile, headsOf(heads));
      if (agents !== true) return verdict;
      const compared = await parts.countersigning.compare();
      return { ...verdict, faults: [...verdict.faults, ...compared.faults], agents: compared.agents };
    },
    'journal.exportHeads': () => {
      journal.recordOperatorAction({ action: 'heads-exported', details: {} });
      return Promise.resolve(journal.exportHeads());
    },
    'journal.note': ({ action, connection, subject, count, format }) => {
      journal.recordOperatorAction({
        action,
        subject: { ...subject, connection },
        details: { ...(count === undefined ? {} : { count }), ...(format === undefined ? {} : { format }) },
      });
      return Promise.resolve({ recorded: true });
    },
  };
}

/** Of a database that may only be read. */
export function readOnlyJournalHandlers(db: ReadableDb, profile: string, problem: Problem): Answers {
  const refuse = (): Promise<never> => Promise.reject(new ProblemError(problem));
  return {
    'journal.page': (request) => Promise.resolve(journalPage(db, request)),
    'journal.verify': ({ heads }) => Promise.resolve().then(() => verifyIn(db, profile, headsOf(heads))),
    'journal.exportHeads': refuse,
    'journal.note': refuse,
  };
}
