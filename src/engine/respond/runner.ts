import type { CommandId, ConnectionId } from '#shared/domain/ids.ts';
import type { Dispose, Log } from '#shared/domain/log.ts';
import { DAY, MINUTE, SECOND, type Clock } from '#shared/domain/units.ts';
import {
  CommandAnswer,
  CommandGetAnswer,
  CommandProgress,
  Proof,
  type Command,
} from '#shared/protocol/commands.ts';
import type { Environment } from '../connections/environment.ts';
import type { OperatorJournal } from '../journal/journal.ts';
import type { WritableDb } from '../mirror/database.ts';
import { commandById, openCommands, type CommandRecord } from '../mirror/operations.ts';
import { refusal } from './ask-agent.ts';
import { createAwaited } from './awaited.ts';
import { createLedger, merged } from './ledger.ts';
import { createProgress } from './progress.ts';
import { previewIsOver, rebind } from './rebind.ts';
import { isSettled } from './settled.ts';
import { createSlots } from './slots.ts';

/** Carries intents out: sends, asks again, learns outcomes and proofs; survives a crash because it starts from the intents. */
export interface Runner {
  /** Takes up everything that is not finished. */
  resume(): void;
  /**
   * Drives these commands; ones that are under way already are left alone.
   * @param payloads what goes out, where that was just written down; of others it is read
   */
  drive(ids: readonly CommandId[], payloads?: ReadonlyMap<CommandId, Command>): void;
  /** Something about these commands was changed elsewhere: look at it now. */
  wake(): void;
  /** The agent of this connection has greeted. */
  greeted(connection: ConnectionId): void;
  told(connection: ConnectionId, event: string, payload: unknown): void;
  stop(): void;
}

/** Lengths of time, ms; tests make them short. */
export interface RunnerTimes {
  /** How long an answer to a request is waited for. */
  readonly send: number;
  /** First and longest wait before the next try; it doubles in between. */
  readonly again: number;
  readonly mostAgain: number;
  readonly poll: number;
  /** The last look of an agent is 60 s after the end; then its proof is asked for. */
  readonly proof: number;
  /** How long a page of outcomes is waited for. */
  readonly list: number;
}
const TIMES: RunnerTimes = {
  send: 10 * SECOND,
  again: SECOND,
  mostAgain: MINUTE,
  poll: 2 * SECOND,
  proof: 75 * SECOND,
  list: 15 * SECOND,
};
const APPROVAL_POLL_MS = 10 * SECOND;
/** Outcomes of commands that were sent and never answered are still asked for after this long. */
const LEARN_MS = 30 * DAY;
/** Agents that still end sessions are not asked for lists before they answer, for this long. */
const ANSWERS_FIRST_MS = 1_500;
/** Commands under way at one agent: the next one waits there already when one is done. */
const AT_ONCE = 2;
/** Tells that an agent said what cannot be, as often as that. */
const MOST_NONSENSE = 3;

const RETRYABLE: ReadonlySet<string> = new Set(['RATE_LIMITED', 'STORE_UNAVAILABLE', 'INTERNAL']);

export interface RunnerOptions {
  readonly db: WritableDb;
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: OperatorJournal;
  readonly find: (connection: ConnectionId) => Environment | null;
  readonly changed: (operation: string) => void;
  /** What is asked now is waited for: what the agents tell meanwhile may be written after it. */
  readonly first: () => Dispose;
  readonly times?: Partial<RunnerTimes> | undefined;
}

export function createRunner(options: RunnerOptions): Runner {
  const { db, clock, log } = options;
  const times = { ...TIMES, ...options.times };
  const driving = new Set<CommandId>();
  const tries = new Map<CommandId, number>();
  const nonsense = new Map<CommandId, number>();
  const slots = createSlots(AT_ONCE);
  const answers = createAwaited();
  /** They have let the answers of others go first. */
  const waited = new Set<CommandId>();
  const ledger = createLedger({ ...options, times });
  const { save } = ledger;
  const progress = createProgress(options);
  let stopped = false;
  const isStopped = (): boolean => stopped;

  const backOff = (id: CommandId): number => {
    const attempt = tries.get(id) ?? 0;
    tries.set(id, attempt + 1);
    return Math.min(times.again * 2 ** Math.min(attempt, 16), times.mostAgain);
  };
  const isLate = (command: CommandRecord): boolean =>
    clock() > (command.retryUntil ?? (command.executedAt ?? 0) + 15 * MINUTE);

  /** Asks the agent's journal. `unknown`: it has never seen the command. */
  const learn = async (
    command: CommandRecord,
    environment: Environment,
  ): Promise<'known' | 'unknown' | 'silent'> => {
    try {
      const raw = await environment.request('command.get', { id: command.id }, times.send);
      const answer = CommandGetAnswer.parse(raw);
      if (!answer.ok) return answer.error.code === 'NOT_FOUND' ? 'unknown' : 'silent';
      if (!ledger.take(command, answer, answer.proofs)) return confused(command, environment);
      return 'known';
    } catch (error) {
      log.debug('the outcome of a command was not learnt', { command: command.id, error: String(error) });
      return 'silent';
    }
  };

  /** It answered for another command. After some tries it is left alone, and that is said. */
  const confused = (command: CommandRecord, environment: Environment): 'silent' => {
    const times = (nonsense.get(command.id) ?? 0) + 1;
    nonsense.set(command.id, times);
    if (times < MOST_NONSENSE) return 'silent';
    save(command, {
      state: 'refused',
      finishedAt: clock(),
      problem: {
        code: 'MISBEHAVES',
        message: `The agent of ${environment.view().name} answers for another command than it was asked about.`,
        advice: 'What became of this is not known: look at the sessions there, and tell who runs the agent.',
      },
    });
    return 'silent';
  };

  const send = async (
    command: CommandRecord,
    environment: Environment,
    payload: object | null,
  ): Promise<number> => {
    await ledger.sent(command);
    const [goOn, answered] = [options.first(), answers.begin()];
    // What it answered is written down before anything else goes on.
    try {
      return answerTo(command, environment, await environment.request('command', payload, times.send));
    } finally {
      answered();
      goOn();
    }
  };

  /** Writes down what the agent said; how long to wait before the next step. */
  const answerTo = (command: CommandRecord, environment: Environment, raw: unknown): number => {
    const answer = CommandAnswer.safeParse(raw);
    if (!answer.success) throw new Error('the answer cannot be understood');
    if (answer.data.ok) {
      if (!ledger.take(command, answer.data)) confused(command, environment);
      return 0;
    }
    const { error } = answer.data;
    const problem = refusal(environment.view().name, error);
    if (error.code === 'STALE' || error.code === 'NOT_FOUND') {
      // The agent has not taken it: it may be asked differently under the same id.
      const fresh = commandById(db, command.id);
      if (fresh?.bound === true && bind(fresh, environment)) return 0;
    }
    if (!RETRYABLE.has(error.code)) {
      save(command, { state: 'refused', problem, finishedAt: clock() });
      return 0;
    }
    save(command, { state: 'unreachable', problem });
    const asked = error.details?.['retryAfterMs'];
    return typeof asked === 'number' ? Math.min(Math.max(asked, SECOND), 15 * MINUTE) : backOff(command.id);
  };

  /** The preview is over: names its sessions instead. False where that is not possible. */
  const bind = (command: CommandRecord, environment: Environment): boolean => {
    if (!previewIsOver(command, environment.agentNow())) return false;
    const added = rebind(db, command, environment);
    if (added === null) return false;
    options.changed(command.operation);
    drive(added);
    return true;
  };

  const unreachable = (command: CommandRecord, environment: Environment | null): void => {
    const late = isLate(command);
    const name = environment?.view().name ?? 'This environment';
    const advice = late
      ? command.tries === 0
        ? 'It was never sent; nothing was ended there. Preview again when it is connected.'
        : 'It was sent, but what became of it is not known; that is learnt when the agent is back.'
      : 'It is tried again by itself.';
    const problem = { code: 'UNREACHABLE', message: `${name} cannot be reached.`, advice };
    if (command.state === 'unreachable' && command.problem?.advice === advice) return;
    save(command, { state: 'unreachable', problem, ...(late ? { finishedAt: clock() } : {}) });
  };

  /** It had begun it, and knows nothing of it any more: its state was lost. */
  const forgotten = (command: CommandRecord, environment: Environment): null => {
    const { name } = environment.view();
    const problem = {
      code: 'FORGOTTEN',
      message: `The agent of ${name} had taken this command and knows nothing of it any more.`,
      advice: 'What became of it is not known: look at the sessions there, and tell who runs the agent.',
    };
    save(command, { state: 'unreachable', problem, finishedAt: clock() });
    return null;
  };

  /**
   * One step; how long to wait before the next, null when there is nothing more to do.
   * @param payload what goes out, where it need not be read
   */
  const step = async (command: CommandRecord, payload: Command | null): Promise<number | null> => {
    if (command.state === 'cancelled' || command.state === 'refused') return null;
    const environment = options.find(command.connection);
    if (environment === null || environment.hello() === null) {
      if (command.finishedAt !== null) return null;
      unreachable(command, environment);
      return isLate(command) ? null : Math.min(backOff(command.id), untilLate(command));
    }
    if (command.outcome !== null) {
      if (!isSettled(command)) {
        const learnt = await learn(command, environment);
        if (learnt === 'unknown' && isLate(command)) return forgotten(command, environment);
        return command.state === 'pending-approval' ? APPROVAL_POLL_MS : times.poll;
      }
      if (!command.closed && !waited.has(command.id)) {
        waited.add(command.id);
        await answers.over(ANSWERS_FIRST_MS);
        // The connection may have been cut meanwhile.
        return 0;
      }
      if (!(await ledger.close(command, environment))) return isStopped() ? null : backOff(command.id);
      return lookForProof(command, environment);
    }
    if (!slots.take(command.connection, command.id)) return MINUTE;
    let now = command;
    if (command.tries > 0) {
      if ((await learn(command, environment)) !== 'unknown') return isStopped() ? null : times.poll;
      now = commandById(db, command.id) ?? command;
    }
    if (now.cancel) {
      save(now, { state: 'cancelled', finishedAt: clock() });
      return null;
    }
    if (now.state === 'cancelled') return null;
    if (isLate(now)) {
      save(now, {
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
    if (bind(now, environment)) return 0;
    try {
      return await send(now, environment, payload ?? now.payload);
    } catch (error) {
      log.debug('a command got no answer', { command: command.id, error: String(error) });
      unreachable({ ...now, tries: now.tries + 1 }, environment);
      return backOff(command.id);
    }
  };
  const untilLate = (command: CommandRecord): number => Math.max(1, (command.retryUntil ?? 0) - clock() + 1);

  const lookForProof = async (command: CommandRecord, environment: Environment): Promise<number | null> => {
    if (command.state !== 'completed' && command.state !== 'partial') return null;
    const proved = command.proofs.some((proof) => proof.final);
    const longest = environment.hello()?.store.longestRequestMs ?? 0;
    const due = (command.finishedAt ?? 0) + times.proof + Math.min(longest, 10 * MINUTE);
    if (clock() < due) return due - clock();
    if (!proved) await learn(command, environment);
    // Nobody is accused by a mirror that has not heard for as long what the agent tells of its store.
    const { state } = environment.view();
    const heardFor = state.is === 'live' ? clock() - state.since : 0;
    if (heardFor < times.proof) return times.proof - heardFor;
    const latest = commandById(db, command.id);
    if (latest !== null) ledger.compareWithMirror(latest, environment);
    return null;
  };

  /** One step and what it left behind; one that fails here, for instance because the disk is full, is taken again. */
  const stepOf = async (
    command: CommandRecord,
    payload: Command | null,
  ): Promise<{ readonly wait: number | null; readonly after: CommandRecord | null }> => {
    try {
      const wait = await step(command, payload);
      return { wait, after: commandById(db, command.id) };
    } catch (error) {
      if (!isStopped()) {
        log.error('a command could not be carried on', { command: command.id, error: String(error) });
      }
      return { wait: backOff(command.id), after: command };
    }
  };

  const run = async (id: CommandId, payload: Command | null): Promise<void> => {
    let fresh = payload;
    let command = commandById(db, id);
    while (!isStopped()) {
      if (command?.intended !== true) return;
      const { wait, after } = await stepOf(command, fresh);
      fresh = null;
      const over = after === null || after.finishedAt !== null || after.state === 'pending-approval';
      const slot = command.connection;
      if (over || wait === null) slots.free(slot, id);
      if (isStopped() || wait === null) return;
      command = after;
      if (wait <= 0) continue;
      await slots.pause(slot, wait);
      if (isStopped()) return;
      command = commandById(db, id);
    }
  };

  const drive: Runner['drive'] = (ids, payloads) => {
    for (const id of ids) {
      if (driving.has(id) || stopped) continue;
      driving.add(id);
      run(id, payloads?.get(id) ?? null)
        .catch((error: unknown) => {
          log.error('a command could not be carried on', { command: id, error: String(error) });
        })
        .finally(() => {
          driving.delete(id);
          waited.delete(id);
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
    wake: () => {
      slots.wake();
    },
    greeted: (connection) => {
      tries.clear();
      slots.wake(connection);
      resume(connection);
    },
    told: (connection, event, payload) => {
      const mine = (id: string): CommandRecord | null => {
        const command = commandById(db, id);
        return command?.connection === connection && command.intended ? command : null;
      };
      if (event === 'command.progress') {
        const parsed = CommandProgress.safeParse(payload);
        if (!parsed.success) return;
        const { id, done, total } = parsed.data;
        progress.note(connection, id, Math.min(done, total));
        // It is done: learn how, without waiting for the next look.
        if (done >= total) slots.wake(connection);
      } else if (event === 'command.proof') {
        const proof = Proof.safeParse(payload);
        const command = proof.success ? mine(proof.data.id) : null;
        if (command !== null && proof.success) {
          save(command, { proofs: merged(command.proofs, [proof.data]) });
        }
      } else if (event === 'approval.resolved') slots.wake(connection);
    },
    stop: () => {
      stopped = true;
      progress.stop();
      slots.wake();
    },
  };
}
