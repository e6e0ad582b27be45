import type { CommandOutcome, CommandTarget, Proof } from '#shared/protocol/commands.ts';
import type { Environment } from '../connections/environment.ts';
import { putOutcomePage } from '../mirror/command-pages.ts';
import { transaction } from '../mirror/database.ts';
import {
  changeCommand,
  commandById,
  type CommandChange,
  type CommandRecord,
  type Finding,
  type StoredOutcome,
} from '../mirror/operations.ts';
import { canList, listTargets, NotListed } from './ask-agent.ts';
import {
  answerFindings,
  endedOutside,
  listFindings,
  outcomeDigest,
  stillThere,
  withFindings,
} from './findings.ts';
import type { RunnerOptions } from './runner.ts';
import { isLast, isSettled } from './settled.ts';

/** How often a list of outcomes is asked for before the receipt does without. */
const MOST_LISTINGS = 20;

/** Writes down what agents say of commands, and where it cannot be true. */
export interface Ledger {
  readonly save: (command: CommandRecord, change: CommandChange) => void;
  /** Notes that it is about to be sent: resolves when that is written, for all that are sent at the same moment at once. */
  sent(command: CommandRecord): Promise<void>;
  /** Takes an answer. False: it is for another command, and was not taken. */
  take(command: CommandRecord, outcome: CommandOutcome, proofs?: readonly Proof[]): boolean;
  /**
   * Fetches what became of each session, once, and closes the command in the journal. False: the agent did not answer,
   * ask again later.
   */
  close(command: CommandRecord, environment: Environment): Promise<boolean>;
  /** A good while later: does the agent's own stream agree with what it said? */
  compareWithMirror(command: CommandRecord, environment: Environment): void;
}

export function createLedger(options: RunnerOptions): Ledger {
  const { db, clock, log, journal } = options;

  const save: Ledger['save'] = (command, change) => {
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

  let sending: { readonly commands: CommandRecord[]; readonly written: Promise<void> } | null = null;
  const sent: Ledger['sent'] = (command) => {
    sending ??= {
      commands: [],
      written: Promise.resolve().then(() => {
        const now = sending?.commands ?? [];
        sending = null;
        for (const one of now) options.changed(one.operation);
        try {
          transaction(db, () => {
            for (const { id } of now) changeCommand(db, id, { state: 'sent', tried: true });
          });
        } catch (error) {
          log.warn('that commands are sent was not saved', { error: String(error) });
        }
      }),
    };
    sending.commands.push(command);
    return sending.written;
  };

  /** Lists that no answer came to, by command. */
  const unanswered = new Map<string, number>();
  const mayAskAgain = (id: string): boolean => {
    const times = (unanswered.get(id) ?? 0) + 1;
    unanswered.set(id, times);
    return times < MOST_LISTINGS;
  };

  const find = (command: CommandRecord, environment: Environment | null, more: readonly Finding[]): void => {
    if (more.length === 0) return;
    const known = commandById(db, command.id)?.findings ?? command.findings;
    const findings = withFindings(known, more);
    if (findings === known) return;
    save(command, { findings });
    const name = environment?.record().name ?? '';
    for (const { code, message } of findings.filter((one) => !known.includes(one))) {
      log.warn('an agent misbehaves', { environment: name, command: command.id, code, message });
      journal.recordOperatorAction({
        action: 'agent-misbehaved',
        subject: { kind: 'environment', name, connection: command.connection },
        details: { command: command.id, code, message },
      });
    }
  };

  return {
    save,
    sent,
    take: (command, outcome, proofs) => {
      const environment = options.find(command.connection);
      if (outcome.id !== command.id) {
        find(command, environment, [
          { code: 'OTHER_ID', message: `Asked about this command, it answered for ${outcome.id}.` },
        ]);
        return false;
      }
      const finished = isLast(outcome.state);
      find(command, environment, answerFindings(command, outcome, finished));
      const known = isSettled(command);
      save(command, {
        ...(known ? {} : { state: outcome.state, outcome: stored(outcome), problem: null }),
        ...(known ? {} : finished ? { finishedAt: clock(), done: outcome.matched } : { finishedAt: null }),
        ...(proofs === undefined
          ? {}
          : {
              proofs: merged(
                commandById(db, command.id)?.proofs ?? command.proofs,
                proofs.filter(({ id }) => id === command.id),
              ),
            }),
      });
      return true;
    },
    close: async (command, environment) => {
      if (command.closed) return true;
      if (command.state !== 'completed' && command.state !== 'partial') return true;
      const { outcome } = command;
      if (outcome === null) return true;
      // What it can is known only of an agent that is there.
      if (environment.hello() === null) return false;
      let digest: string | null = null;
      let items: readonly CommandTarget[] | null = null;
      if (canList(environment)) {
        try {
          items = await fetchOutcomes(command, environment, outcome.matched);
          digest = outcomeDigest(items);
        } catch (error) {
          log.warn('an agent did not list what became of each session', {
            environment: environment.record().name,
            error: String(error),
          });
          if (!(error instanceof NotListed) && mayAskAgain(command.id)) return false;
        }
      }
      unanswered.delete(command.id);
      transaction(db, () => {
        changeCommand(db, command.id, { closed: items === null ? 'unlisted' : 'listed' });
        journal.recordOperatorAction({
          action: 'command-finished',
          subject: {
            kind: 'command',
            id: command.id,
            name: environment.record().name,
            connection: command.connection,
          },
          details: {
            operation: command.operation,
            state: outcome.state,
            ended: outcome.ended,
            alreadyGone: outcome.alreadyGone,
            failed: outcome.failedCount,
            outside: outcome.outside,
            ...(digest === null ? {} : { outcomes: digest }),
          },
        });
      });
      options.changed(command.operation);
      if (items !== null) find(command, environment, listFindings(db, command, items));
      return true;
    },
    compareWithMirror: (command, environment) => {
      const left = stillThere(db, command);
      const outside = endedOutside(db, command);
      const found: Finding[] = [];
      if (left.length > 0) {
        found.push({
          code: 'STILL_THERE',
          message: `It says that it ended ${String(left.length)} sessions that it still lists as live (${String(left[0]).slice(0, 16)}… first).`,
        });
      }
      if (outside.length > 0) {
        found.push({
          code: 'OUTSIDE',
          message: `By its own stream this command ended ${String(outside.length)} sessions that the preview did not show (${String(outside[0]).slice(0, 16)}… first).`,
        });
      }
      find(command, environment, found);
    },
  };

  async function fetchOutcomes(
    command: CommandRecord,
    environment: Environment,
    most: number,
  ): Promise<readonly CommandTarget[]> {
    const all: CommandTarget[] = [];
    let page = 0;
    for await (const items of listTargets(environment, { id: command.id }, most, options.times?.list)) {
      transaction(db, () => {
        putOutcomePage(db, command.id, page, items);
      });
      page += 1;
      all.push(...items);
    }
    return all;
  }
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
export function merged(known: readonly Proof[], more: readonly Proof[]): readonly Proof[] {
  const byTime = new Map([...known, ...more].map((proof) => [proof.at, proof]));
  return [...byTime.values()].sort((a, b) => a.at - b.at).slice(-20);
}
