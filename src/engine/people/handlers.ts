import type { Handlers } from '#shared/ipc/contract.ts';
import type { PEOPLE_METHODS } from '#shared/ipc/people-contract.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { ActionDetails, OperatorJournal } from '../journal/journal.ts';
import { transaction, type ReadableDb, type WritableDb } from '../mirror/database.ts';
import type { Reader } from '../mirror/reader.ts';
import { ProblemError } from '../problem-error.ts';
import { decisions, identityRules, link, separate, setIdentityRules, undoDecision } from './identities.ts';
import type { IdentityKeeper } from './keeper.ts';
import { importMapping } from './mapping.ts';
import { accountNames } from './account-names.ts';
import { addNote, notes, removeNote, restoreNote } from './notes.ts';

type Answers = Handlers<typeof PEOPLE_METHODS>;
type Reading =
  | 'accounts.names'
  | 'people.page'
  | 'people.get'
  | 'entity.get'
  | 'identities.rules'
  | 'identities.decisions'
  | 'notes.list';

const reading = (db: ReadableDb, reader: Reader, settled: () => Promise<void>): Pick<Answers, Reading> => ({
  'people.page': async (request, signal) => {
    await settled();
    return reader.ask('people.page', request, signal);
  },
  'people.get': async (request, signal) => {
    await settled();
    return reader.ask('people.get', request, signal);
  },
  'accounts.names': (request) => Promise.resolve(accountNames(db, request)),
  'entity.get': (request, signal) => reader.ask('entity.get', request, signal),
  'identities.rules': () => Promise.resolve(identityRules(db)),
  'identities.decisions': ({ limit }) => Promise.resolve(decisions(db, limit)),
  'notes.list': (request) => Promise.resolve(notes(db, request)),
});

export function peopleHandlers(parts: {
  readonly db: WritableDb;
  readonly reader: Reader;
  readonly keeper: IdentityKeeper;
  readonly clock: Clock;
  readonly operatorName: () => string;
  readonly journal: OperatorJournal;
}): Answers {
  const { db, clock, operatorName, journal } = parts;
  /** What an operator changes and its entry in the journal are there together or not at all. */
  const act = <T>(action: string, details: ActionDetails, work: () => T): Promise<T> =>
    Promise.resolve().then(() =>
      transaction(db, () => {
        const value = work();
        journal.recordOperatorAction({ action, details });
        return value;
      }),
    );
  return {
    ...reading(db, parts.reader, () => parts.keeper.settled()),
    'identities.setRules': (rules) =>
      act('identity-rules-changed', { email: rules.email, name: rules.name }, () =>
        setIdentityRules(db, rules),
      ),
    'identities.importMapping': ({ csv }) =>
      act('identity-mapping-imported', { characters: csv.length }, () => importMapping(db, csv)),
    'identities.link': (pair) =>
      act('accounts-linked', { account: pair.account.id, other: pair.other.id }, () =>
        link(db, pair, clock(), operatorName()),
      ),
    'identities.separate': ({ account }) =>
      act('account-separated', { account: account.id }, () => separate(db, account, clock(), operatorName())),
    'identities.undo': ({ decision }) =>
      act('identity-decision-undone', { decision }, () => undoDecision(db, decision, clock())),
    'notes.add': (note) =>
      act('note-added', { subject: note.subject }, () => addNote(db, note, clock(), operatorName())),
    'notes.remove': ({ key }) => act('note-removed', { note: key }, () => removeNote(db, key, clock())),
    'notes.restore': ({ key }) => act('note-restored', { note: key }, () => restoreNote(db, key)),
  };
}

/** Of a database that may only be read. */
export function readOnlyPeopleHandlers(db: ReadableDb, reader: Reader, problem: Problem): Answers {
  const refuse = (): Promise<never> => Promise.reject(new ProblemError(problem));
  return {
    ...reading(db, reader, () => Promise.resolve()),
    'identities.setRules': refuse,
    'identities.importMapping': refuse,
    'identities.link': refuse,
    'identities.separate': refuse,
    'identities.undo': refuse,
    'notes.add': refuse,
    'notes.remove': refuse,
    'notes.restore': refuse,
  };
}
