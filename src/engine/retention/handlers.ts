import { existsSync, statSync } from 'node:fs';
import { basename, isAbsolute } from 'node:path';
import type { Problem } from '#shared/domain/result.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { Handlers } from '#shared/ipc/contract.ts';
import type { MIRROR_METHODS, RetentionPolicy, RetentionView } from '#shared/ipc/mirror-contract.ts';
import type { ActionDetails, ActionSubject, OperatorJournal } from '../journal/journal.ts';
import { backupMirror } from '../mirror/backup.ts';
import { heldKey } from '../mirror/encryption/held-keys.ts';
import { eventCounts } from '../mirror/audit-segments.ts';
import { transaction, type ReadableDb, type WritableDb } from '../mirror/database.ts';
import { ProblemError } from '../problem-error.ts';
import { forecast, mirrorBytes } from './cuts.ts';
import { archiveProblem } from './archive-problem.ts';
import { findPerson } from './erase.ts';
import { exportPerson } from './export-person.ts';
import type { RetentionKeeper } from './keeper.ts';
import { readPolicy, recentRuns, savePolicy } from './policy-store.ts';

type Answers = Handlers<typeof MIRROR_METHODS>;
type Reading = 'retention.get' | 'retention.preview' | 'person.export' | 'mirror.backup';

const RUNS_SHOWN = 50;

function view(db: ReadableDb): RetentionView {
  const { used, free } = mirrorBytes(db);
  const events = [...eventCounts(db).values()].reduce((sum, one) => sum + one, 0);
  return {
    policy: readPolicy(db),
    size: { bytes: used, freeBytes: free, events },
    runs: recentRuns(db, RUNS_SHOWN),
  };
}

const reading = (db: ReadableDb, clock: Clock): Pick<Answers, Reading> => ({
  'retention.get': async () => view(db),
  'retention.preview': async (policy) => forecast(db, policy, clock()),
  'person.export': async ({ accounts, file }, signal) => {
    const person = known(findPerson(db, accounts));
    mustBeNew(file);
    const steps = exportPerson(db, person, file);
    for (let one = steps.next(); ; one = steps.next()) {
      if (one.done === true) return { rows: one.value };
      await new Promise<void>((resume) => setImmediate(resume));
      signal.throwIfAborted();
    }
  },
  'mirror.backup': async ({ file }) => {
    mustBeNew(file);
    const made = await backupMirror(db, file);
    if (!made.ok) throw new ProblemError(made.error);
    return made.value;
  },
});

/** What windows and the command line may ask about what is kept, and have done about it. */
export function mirrorHandlers(parts: {
  readonly db: WritableDb;
  readonly keeper: RetentionKeeper;
  readonly clock: Clock;
  readonly journal: OperatorJournal;
}): Answers {
  const { db, keeper, journal } = parts;
  const asked = reading(db, parts.clock);
  const exported = (file: string, subject: ActionSubject, details: ActionDetails = {}): void => {
    mustBeNew(file);
    journal.recordOperatorAction({ action: 'data-exported', subject, details });
  };
  return {
    ...asked,
    'person.export': (request, signal) =>
      Promise.resolve().then(() => {
        const person = known(findPerson(db, request.accounts));
        // How many, never who: the journal outlives them.
        exported(request.file, { kind: 'person' }, { accounts: person.accounts.length });
        return asked['person.export'](request, signal);
      }),
    'mirror.backup': (request, signal) =>
      Promise.resolve().then(() => {
        exported(request.file, { kind: 'mirror', name: basename(request.file) });
        return asked['mirror.backup'](request, signal);
      }),
    'retention.set': async (policy) => {
      checkFolder(policy, heldKey(db.name) !== undefined);
      transaction(db, () => {
        savePolicy(db, policy);
        journal.recordOperatorAction({
          action: 'retention-changed',
          details: { policy: JSON.stringify(policy) },
        });
      });
      return view(db);
    },
    'retention.run': async () => {
      journal.recordOperatorAction({ action: 'retention-run' });
      await keeper.run();
      return view(db);
    },
    'person.erase': async ({ accounts, compact }) => {
      const person = known(findPerson(db, accounts));
      // How many, never who: the journal outlives them.
      journal.recordOperatorAction({
        action: 'person-erased',
        details: { accounts: person.accounts.length },
      });
      return keeper.erase(person, compact);
    },
  };
}

/** For an engine that may not write. */
export function readOnlyMirrorHandlers(db: ReadableDb, clock: Clock, refuse: () => Promise<never>): Answers {
  return {
    ...reading(db, clock),
    'retention.set': refuse,
    'retention.run': refuse,
    'person.erase': refuse,
  };
}

const fail = (problem: Problem): never => {
  throw new ProblemError(problem);
};

function known<T extends { readonly accounts: readonly number[] }>(person: T): T {
  if (person.accounts.length > 0) return person;
  return fail({
    code: 'NOT_FOUND',
    message: 'The mirror knows none of these accounts.',
    advice:
      'Look the account up with “watchfloor sessions” or on its page, and take its environment and id from there.',
  });
}

function mustBeNew(file: string): void {
  if (!isAbsolute(file)) {
    fail({
      code: 'BAD_FILE',
      message: `${file} is not a whole path.`,
      advice: 'Begin it with the root folder.',
    });
  }
  if (existsSync(file)) {
    fail({
      code: 'FILE_EXISTS',
      message: `${file} exists already.`,
      advice: 'Choose another name; nothing is overwritten.',
    });
  }
}

function checkFolder({ archiveFolder: folder }: RetentionPolicy, encrypted: boolean): void {
  if (folder === null) return;
  if (encrypted) fail(archiveProblem(folder));
  if (isAbsolute(folder) && existsSync(folder) && statSync(folder).isDirectory()) return;
  fail({
    code: 'BAD_FOLDER',
    message: `${folder} is not a folder that exists.`,
    advice: 'Make it first, and name it from the root on.',
  });
}
