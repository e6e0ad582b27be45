import type { CommandId, OperationId } from '#shared/domain/ids.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { Handlers } from '#shared/ipc/contract.ts';
import type { RESPOND_METHODS } from '#shared/ipc/respond-contract.ts';
import type { Command } from '#shared/protocol/commands.ts';
import type { Environment } from '../connections/environment.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { latestOperations, operationView } from '../mirror/operation-views.ts';
import { commandsOf } from '../mirror/operations.ts';
import type { Reader } from '../mirror/reader.ts';
import { ProblemError } from '../problem-error.ts';
import type { Approvals } from './approvals.ts';
import { cancel } from './cancel.ts';
import { execute, type AtHand, type ExecuteParts } from './execute.ts';
import { activeHolds, lift } from './holds.ts';
import { lateSessions } from './late.ts';
import { preview, type PreviewParts } from './preview.ts';
import { receiptFile } from './receipt-file.ts';
import { receiptPage } from './receipt.ts';
import type { PreviewLists } from './preview-lists.ts';
import type { Runner } from './runner.ts';

type Answers = Handlers<typeof RESPOND_METHODS>;

/** How long acting on a preview waits for the agents to say whom it showed. */
const LISTED_MS = 30_000;

const unknownOperation = (): ProblemError =>
  new ProblemError({
    code: 'NOT_FOUND',
    message: 'This operation is not known here.',
    advice: 'Look at the list under Response.',
  });

export function respondHandlers(
  parts: ExecuteParts & {
    readonly lists: PreviewLists;
    readonly reader: Reader;
    readonly runner: Runner;
    readonly approvals: Approvals;
    readonly environments: () => readonly Environment[];
    readonly changed: (operation: string) => void;
    /** Begins to bring to the disk what is written and not there yet. */
    readonly toDisk: () => void;
  },
): Answers {
  const { db, clock, reader, runner, approvals, journal } = parts;
  /** What throws at once becomes a rejection, as the contract says. */
  const soon = <T>(work: () => T): Promise<T> => Promise.resolve().then(work);
  const never = new AbortController().signal;
  const listing = new Map<OperationId, Promise<void>>();
  /** Of the preview that was shown last: most are acted on while they are looked at. */
  let atHand: { readonly operation: OperationId; readonly selectors: AtHand } | null = null;
  const matching: PreviewParts['matching'] = (filter) => reader.ask('sessions.matching', { filter }, never);
  const previewing: PreviewParts = {
    db,
    clock,
    lists: parts.lists,
    find: parts.find,
    operatorName: parts.operatorName,
    rows: (connection, ids) => reader.ask('sessions.byId', { connection, ids }, never),
    matching,
  };
  const begun = (operation: OperationId, payloads?: ReadonlyMap<CommandId, Command>) => {
    parts.changed(operation);
    runner.drive(
      commandsOf(db, operation).map(({ id }) => id),
      payloads,
    );
  };
  return {
    ...readingRespondHandlers(db),
    'respond.preview': async (request) => {
      // Acting waits for the disk: what was mirrored before gets there while the agents are asked, and who looks thinks.
      parts.toDisk();
      const { preview: shown, listed, selectors } = await preview(previewing, request);
      listing.set(shown.operation, listed);
      atHand = { operation: shown.operation, selectors };
      void listed.finally(() => {
        listing.delete(shown.operation);
        parts.toDisk();
      });
      return shown;
    },
    'respond.execute': async (request) => {
      const waiting = listing.get(request.operation);
      if (waiting !== undefined) await atMost(waiting, LISTED_MS);
      const { view, payloads } = execute(
        parts,
        request,
        atHand?.operation === request.operation ? atHand.selectors : undefined,
      );
      atHand = null;
      begun(request.operation, payloads);
      return view;
    },
    'respond.cancel': ({ operation }) =>
      soon(() => {
        cancel({ db, clock, journal }, operation);
        runner.wake();
        parts.changed(operation);
        const view = operationView(db, operation);
        if (view === null) throw unknownOperation();
        return view;
      }),
    'respond.receiptFile': ({ operation, format }) =>
      soon(() => {
        const file = receiptFile(db, operation, format);
        if (file === null) throw unknownOperation();
        journal.recordOperatorAction({
          action: 'data-exported',
          subject: { kind: 'receipt', id: operation, name: file.name },
          details: { format },
        });
        return file;
      }),
    'respond.late': ({ operation }) => lateSessions(db, operation, matching),
    'respond.approvals': () => soon(() => approvals.list()),
    'respond.approve': (request) => approvals.decide(request),
    'respond.holds': () => activeHolds(db, parts.environments()),
    'respond.lift': (request) =>
      soon(() => {
        const view = lift(parts, request);
        begun(view.id);
        return view;
      }),
  };
}

const readingRespondHandlers = (db: ReadableDb): Pick<Answers, 'respond.operations' | 'respond.receipt'> => ({
  'respond.operations': (request) => Promise.resolve(latestOperations(db, request.limit)),
  'respond.receipt': (request) => Promise.resolve().then(() => receiptPage(db, request)),
});

/** Of a database that may only be read. */
export function readOnlyRespondHandlers(db: ReadableDb, problem: Problem): Answers {
  const refuse = (): Promise<never> => Promise.reject(new ProblemError(problem));
  return {
    ...readingRespondHandlers(db),
    'respond.preview': refuse,
    'respond.execute': refuse,
    'respond.cancel': refuse,
    'respond.receiptFile': refuse,
    'respond.late': refuse,
    'respond.approvals': () => Promise.resolve([]),
    'respond.approve': refuse,
    'respond.holds': () => Promise.resolve([]),
    'respond.lift': refuse,
  };
}

function atMost(work: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void work.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
