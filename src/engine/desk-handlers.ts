import type { ConnectionId } from '#shared/domain/ids.ts';
import type { Problem } from '#shared/domain/result.ts';
import { SECOND, type Clock } from '#shared/domain/units.ts';
import type { Handlers } from '#shared/ipc/contract.ts';
import type { DESK_METHODS } from '#shared/ipc/desk-contract.ts';
import { PostureGetAnswer } from '#shared/protocol/posture.ts';
import type { Environment } from './connections/environment.ts';
import type { ReadableDb } from './mirror/database.ts';
import { outageHistory } from './mirror/outages.ts';
import type { Reader } from './mirror/reader.ts';
import { ProblemError } from './problem-error.ts';

type Answers = Handlers<typeof DESK_METHODS>;
/** An agent looks at its store for this; some count rows. */
const ANSWER_MS = 30 * SECOND;

const unknown = (): ProblemError =>
  new ProblemError({ code: 'NOT_FOUND', message: 'This environment is not configured any more.' });

const reading = (
  db: ReadableDb,
  reader: Reader,
): Pick<Answers, 'sessions.groups' | 'sessions.began' | 'environments.outages'> => ({
  'sessions.groups': (request, signal) => reader.ask('sessions.groups', request, signal),
  'sessions.began': (request, signal) => reader.ask('sessions.began', request, signal),
  'environments.outages': ({ connection, limit }) => {
    const history = outageHistory(db, connection, limit);
    return history === null ? Promise.reject(unknown()) : Promise.resolve(history);
  },
});

/** What the engine answers about how things are arranged and how environments stand. */
export const deskHandlers = (parts: {
  readonly db: ReadableDb;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly find: (connection: ConnectionId) => Environment | null;
}): Answers => ({
  ...reading(parts.db, parts.reader),
  'environments.posture': async ({ connection }) => {
    const environment = parts.find(connection);
    if (environment === null) throw unknown();
    const { name } = environment.view();
    const raw = await environment.request('posture.get', {}, ANSWER_MS).catch((error: unknown) => {
      throw new ProblemError({
        code: 'NO_ANSWER',
        message: `The agent of ${name} did not answer (${error instanceof Error ? error.message : 'no reason given'}).`,
        advice: 'Its settings are read from the agent itself. Try again when it is connected.',
      });
    });
    const answer = PostureGetAnswer.safeParse(raw);
    if (!answer.success) {
      throw new ProblemError({
        code: 'MALFORMED',
        message: `The agent of ${name} answered in a way that cannot be understood.`,
        advice: 'Update the agent, or tell its maker.',
      });
    }
    if (!answer.data.ok) {
      const { code, message } = answer.data.error;
      throw new ProblemError({
        code,
        message: `${name} refused: ${message === '' ? code : message}.`,
        advice: 'Ask who runs the agent what the token may do.',
      });
    }
    return { checks: answer.data.checks, asOf: parts.clock() };
  },
});

/** An engine that may not write asks no agent. */
export const readOnlyDeskHandlers = (db: ReadableDb, reader: Reader, problem: Problem): Answers => ({
  ...reading(db, reader),
  'environments.posture': () => Promise.reject(new ProblemError(problem)),
});
