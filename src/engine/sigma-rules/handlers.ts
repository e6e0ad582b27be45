import type { Clock } from '#shared/domain/units.ts';
import type { Handlers } from '#shared/ipc/contract.ts';
import type { SIGMA_METHODS } from '#shared/ipc/sigma-contract.ts';
import { transaction, type ReadableDb, type WritableDb } from '../mirror/database.ts';
import { importFiles, removeFile, rulesView, saveFieldMap } from './rule-store.ts';

type Answers = Handlers<typeof SIGMA_METHODS>;

/** What windows may ask about imported rules. */
export function sigmaHandlers(parts: {
  readonly db: WritableDb;
  readonly clock: Clock;
  /** The rules are others now. */
  readonly changed: () => void;
}): Answers {
  const { db } = parts;
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
      }),
    'sigma.remove': ({ name }) =>
      change(() => {
        removeFile(db, name);
      }),
    'sigma.map': ({ fieldMap }) =>
      change(() => {
        saveFieldMap(db, fieldMap);
      }),
  };
}

export const readOnlySigmaHandlers = (db: ReadableDb, refuse: () => Promise<never>): Answers => ({
  'sigma.rules': () => Promise.resolve().then(() => rulesView(db)),
  'sigma.import': refuse,
  'sigma.remove': refuse,
  'sigma.map': refuse,
});
