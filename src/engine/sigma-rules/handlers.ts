import type { Clock } from '#shared/domain/units.ts';
import type { Handlers } from '#shared/ipc/contract.ts';
import type { SIGMA_METHODS } from '#shared/ipc/sigma-contract.ts';
import type { OperatorJournal } from '../journal/journal.ts';
import { transaction, type ReadableDb, type WritableDb } from '../mirror/database.ts';
import { importFiles, removeFile, rulesView, saveFieldMap } from './rule-store.ts';

type Answers = Handlers<typeof SIGMA_METHODS>;

/** What windows may ask about imported rules. */
export function sigmaHandlers(parts: {
  readonly db: WritableDb;
  readonly clock: Clock;
  readonly journal: Pick<OperatorJournal, 'recordOperatorAction'>;
  /** The rules are others now. */
  readonly changed: () => void;
}): Answers {
  const { db, journal } = parts;
  /** What throws at once becomes a rejection, as the contract says. */
  const change = (work: () => void) =>
    Promise.resolve().then(() => {
      transaction(db, work);
      parts.changed();
      return rulesView(db);
    });
  return {
    'sigma.rules': () => Promise.resolve().then(() => rulesView(db)),
    'sigma.import': ({ files }) =>
      change(() => {
        importFiles(db, files, parts.clock());
        journal.recordOperatorAction({
          action: 'sigma-rules-imported',
          details: { files: files.map(({ name }) => name) },
        });
      }),
    'sigma.remove': ({ name }) =>
      change(() => {
        removeFile(db, name);
        journal.recordOperatorAction({
          action: 'sigma-rules-removed',
          subject: { kind: 'sigma-rules', name },
        });
      }),
    'sigma.map': ({ fieldMap }) =>
      change(() => {
        saveFieldMap(db, fieldMap);
        journal.recordOperatorAction({ action: 'sigma-field-map-saved', details: { fieldMap } });
      }),
  };
}

export const readOnlySigmaHandlers = (db: ReadableDb, refuse: () => Promise<never>): Answers => ({
  'sigma.rules': () => Promise.resolve().then(() => rulesView(db)),
  'sigma.import': refuse,
  'sigma.remove': refuse,
  'sigma.map': refuse,
});
