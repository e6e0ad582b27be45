import type { CommandId, ConnectionId } from '#shared/domain/ids.ts';
import type { Log } from '#shared/domain/log.ts';
import { DAY, MINUTE, SECOND, type Clock } from '#shared/domain/units.ts';
import {
  CommandAnswer,
  CommandGetAnswer,
  CommandProgress,
  Proof,
  type CommandOutcome,
} from '#shared/protocol/commands.ts';
import type { Environment } from '../connections/environment.ts';
import { transaction, type WritableDb } from '../mirror/database.ts';
import {
  changeCommand,
  commandById,
  openCommands,
  type CommandChange,
  type CommandRecord,
  type StoredOutcome,
} from '../mirror/operations.ts';
import { refusal } from './preview.ts';

/** Carries intents out: sends, asks again, learns outcomes and proofs; survives a crash because it starts from the intents. */
export interface Runner {
  /** Takes up everything that is not finished. */
  resume(): void;
  /** Drives these commands; ones that are under way already are left alone. */
  drive(ids: readonly CommandId[]): void;
  /** The agent of this connection has greeted. */
  greeted(connection: ConnectionId): void;
  told(connection: ConnectionId, event: string, payload: unknown): void;
  stop(): void;
}

/** An agent that cannot be reached is tried this long, always with the same id. */
const GIVE_UP_MS = 15 * MINUTE;
const SEND_MS = 10 * SECOND;
const AGAIN_MS = 5 * SECOND;
const POLL_MS = 2 * SECOND;
const APPROVAL_POLL_MS = 10 * SECOND;
/** The last look of an agent is 60 s after the end; then its proof is asked for. */
const PROOF_MS = 75 * SECOND;
/** Outcomes of commands that were sent and never answered are still asked for after this long. */
const LEARN_MS = 30 * DAY;

const RETRYABLE: ReadonlySet<string> = new Set(['RATE_LIMITED', 'STORE_UNAVAILABLE', 'INTERNAL']);
const FINISHED: ReadonlySet<string> = new Set(['completed', 'partial', 'denied', 'expired']);

export function createRunner(options: {
  readonly db: WritableDb;
  readonly clock: Clock;
  readonly log: Log;
  readonly find: (connection: ConnectionId) => Environment | null;
  readonly changed: (operation: string) => void;
}): Runner {
  const { db, clock, log } = options;
  const driving = new Set<CommandId>();
  const sleepers = new Map<() => void, ConnectionId>();
  let stopped = false;
  const isStopped = (): boolean => stopped;

  const save = (command: CommandRecord, change: CommandChange): void => {
    try {
      transaction(db, () => {
        changeCommand(db, command.id, change);
      });
      options.changed(command.operation);
    } catch (error) {
      // The intent is on disk; what cannot be noted now is learnt again from the agent's journal.
      log.warn('the state of a command was not saved', { command: command.id, error: String(error) });
    }
  };
  /** Waits, or less when the connection comes back. */
  const pause = (connection: ConnectionId, ms: number): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      sleepers.set(wake, connection);
    });

  const take = (command: CommandRecord, outcome: CommandOutcome, proofs?: readonly Proof[]): void => {
    const finished = FINISHED.has(outcome.state);
    save(command, {
      state: outcome.state,
      outcome: stored(outcome),
      problem: null,
      ...(finished ? { finishedAt: clock(), done: outcome.matched } : {}),
      ...(proofs === undefined ? {} : { proofs: merged(command.proofs, proofs) }),
    });
  };

  /** Asks the agent's journal. `unknown`: it has never seen the command. */
  const learn = async (
    command: CommandRecord,
    environment: Environment,
  ): Promise<'known' | 'unknown' | 'silent'> => {
    try {
      const raw = await environment.request('command.get', { id: command.id }, SEND_MS);
      const answer = CommandGetAnswer.parse(raw);
      if (answer.ok) {
        take(command, answer, answer.proofs);
        return 'known';
      }
      return answer.error.code === 'NOT_FOUND' ? 'unknown' : 'silent';
    } catch (error) {
      log.debug('the outcome of a command was not learnt', { command: command.id, error: String(error) });
      return 'silent';
    }
  };

  const send = async (command: CommandRecord, environment: Environment): Promise<number> => {
    save(command, { state: 'sent', tried: true });
    const answer = CommandAnswer.safeParse(await environment.request('command', command.payload, SEND_MS));
    if (!answer.success) throw new Error('the answer cannot be understood');
    if (answer.data.ok) {
      take(command, answer.data);
      return 0;
    }
    const { error } = answer.data;
    const problem = refusal(environment.view().name, error);
    if (!RETRYABLE.has(error.code)) {
      save(command, { state: 'refused', problem, finishedAt: clock() });
      return 0;
    }
    save(command, { state: 'unreachable', problem });
    const asked = error.details?.['retryAfterMs'];
    return typeof asked === 'number' ? Math.min(Math.max(asked, SECOND), GIVE_UP_MS) : AGAIN_MS;
  };

  const unreachable = (command: CommandRecord, environment: Environment | null): void => {
    const late = clock() - (command.executedAt ?? 0) > GIVE_UP_MS;
    const name = environment?.view().name ?? 'This environment';
    const advice = late
      ? command.tries === 0
        ? 'It was never sent; nothing was ended there. Preview again when it is connected.'
        : 'It was sent, but what became of it is not known; that is learnt when the agent is back.'
      : 'It is tried again by itself for 15 minutes.';
    const problem = { code: 'UNREACHABLE', message: `${name} cannot be reached.`, advice };
    if (command.state === 'unreachable' && command.problem?.advice === advice) return;
    save(command, { state: 'unreachable', problem, ...(late ? { finishedAt: clock() } : {}) });
  };

  /** One step; how long to wait before the next, null when there is nothing more to do. */
  const step = async (command: CommandRecord): Promise<number | null> => {
    const environment = options.find(command.connection);
    if (environment === null || environment.hello() === null) {
      if (command.finishedAt !== null) return null;
      unreachable(command, environment);
      return AGAIN_MS;
    }
    if (command.outcome !== null) {
      if (command.finishedAt === null) {
        await learn(command, environment);
        return command.state === 'pending-approval' ? APPROVAL_POLL_MS : POLL_MS;
      }
      return lookForProof(command, environment);
    }
    if (command.tries > 0 && (await learn(command, environment)) !== 'unknown') return POLL_MS;
    if (clock() - (command.executedAt ?? 0) > GIVE_UP_MS) {
      save(command, {
        state: 'unreachable',
        finishedAt: clock(),
        problem: {
          code: 'UNREACHABLE',
          message: `${environment.view().name} could not be reached in time and has never seen this command.`,
          advice: 'Nothing was ended there. Preview again.',
        },
      });
      return null;
    }
    try {
      return await send(command, environment);
    } catch (error) {
      log.debug('a command got no answer', { command: command.id, error: String(error) });
      unreachable({ ...command, tries: command.tries + 1 }, environment);
      return SECOND;
    }
  };

  const lookForProof = async (command: CommandRecord, environment: Environment): Promise<number | null> => {
    if (command.state !== 'completed' && command.state !== 'partial') return null;
    if (command.proofs.some((proof) => proof.final)) return null;
    const longest = environment.hello()?.store.longestRequestMs ?? 0;
    const due = (command.finishedAt ?? 0) + PROOF_MS + Math.min(longest, 10 * MINUTE);
    if (clock() < due) return due - clock();
    await learn(command, environment);
    return null;
  };

  const run = async (id: CommandId): Promise<void> => {
    while (!isStopped()) {
      const command = commandById(db, id);
      if (command === null || command.payload === null) return;
      const wait = await step(command);
      if (isStopped() || wait === null) return;
      if (wait > 0) await pause(command.connection, wait);
    }
  };

  const drive = (ids: readonly CommandId[]): void => {
    for (const id of ids) {
      if (driving.has(id) || stopped) continue;
      driving.add(id);
      run(id)
        .catch((error: unknown) => {
          log.error('a command could not be carried on', { command: id, error: String(error) });
        })
        .finally(() => {
          driving.delete(id);
        });
    }
  };
  const resume = (only?: ConnectionId): void => {
    const open = openCommands(db, clock() - 10 * MINUTE).filter(
      (one) =>
        (only === undefined || one.connection === only) &&
        (one.finishedAt === null || one.outcome !== null || clock() - one.finishedAt < LEARN_MS),
    );
    drive(open.map(({ id }) => id));
  };

  return {
    resume: () => {
      resume();
    },
    drive,
    greeted: (connection) => {
      for (const [wake, of] of [...sleepers]) if (of === connection) wake();
      resume(connection);
    },
    told: (connection, event, payload) => {
      const mine = (id: string): CommandRecord | null => {
        const command = commandById(db, id);
        return command?.connection === connection && command.payload !== null ? command : null;
      };
      if (event === 'command.progress') {
        const progress = CommandProgress.safeParse(payload);
        const command = progress.success ? mine(progress.data.id) : null;
        if (command?.finishedAt === null && progress.success) save(command, { done: progress.data.done });
      } else if (event === 'command.proof') {
        const proof = Proof.safeParse(payload);
        const command = proof.success ? mine(proof.data.id) : null;
        if (command !== null && proof.success) {
          save(command, { proofs: merged(command.proofs, [proof.data]) });
        }
      } else if (event === 'approval.resolved') {
        for (const [wake, of] of [...sleepers]) if (of === connection) wake();
      }
    },
    stop: () => {
      stopped = true;
      for (const wake of [...sleepers.keys()]) wake();
    },
  };
}

const stored = (outcome: CommandOutcome): StoredOutcome => ({
  state: outcome.state,
  matched: outcome.matched,
  ended: outcome.ended,
  alreadyGone: outcome.alreadyGone,
  failedCount: outcome.failedCount,
  failed: outcome.failed.slice(0, 100),
  outside: outcome.outside?.count ?? 0,
});

/** Looks by their time; the same look told twice is one. */
function merged(known: readonly Proof[], more: readonly Proof[]): readonly Proof[] {
  const byTime = new Map([...known, ...more].map((proof) => [proof.at, proof]));
  return [...byTime.values()].sort((a, b) => a.at - b.at).slice(-20);
}
