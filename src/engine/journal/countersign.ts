import type { ConnectionId } from '#shared/domain/ids.ts';
import type { Log } from '#shared/domain/log.ts';
import { SECOND } from '#shared/domain/units.ts';
import type { JournalFault, JournalVerdict } from '#shared/ipc/journal-views.ts';
import { headText } from '#shared/journal/entry.ts';
import { CountersignAnswer } from '#shared/protocol/journal.ts';
import type { Environment } from '../connections/environment.ts';
import { transaction, type WritableDb } from '../mirror/database.ts';
import type { OperatorJournal } from './journal.ts';
import {
  allHeads,
  compareHeads,
  compareOurs,
  countersignText,
  walkAgent,
  type Comparison,
} from './compare-agent.ts';
import { fingerprintOf, signatureHolds } from './key.ts';

const ASK_MS = 10 * SECOND;
/** After an entry the agents are asked this much later, so that a burst of acts is one head. */
const SETTLE_MS = 5 * SECOND;

export interface Countersigning {
  /** An entry was written. */
  soon(): void;
  /** The agent of this connection has greeted. */
  greeted(connection: ConnectionId): void;
  /** Asks every connected agent what heads it has signed and compares them with the journal. */
  compare(): Promise<
    Pick<JournalVerdict, 'faults'> & { readonly agents: NonNullable<JournalVerdict['agents']> }
  >;
  stop(): void;
}

export function createCountersigning(options: {
  readonly db: WritableDb;
  readonly journal: OperatorJournal;
  readonly environments: () => readonly Environment[];
  readonly log: Log;
  readonly settleMs?: number;
}): Countersigning {
  const { db, journal, log } = options;
  const { key } = journal;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  const able = (): readonly Environment[] =>
    options.environments().filter((one) => one.hello()?.store.capabilities.includes('journal') === true);

  const sign = async (environment: Environment): Promise<void> => {
    const head = journal.head();
    if (head === null || stopped) return;
    const connection = environment.record().key;
    const known = db
      .prepare('SELECT 1 FROM journal_countersign WHERE connection = ? AND seq = ? AND hash = ?')
      .get(connection, head.seq, head.hash);
    if (known !== undefined) return;
    const raw = await environment.request(
      'journal.countersign',
      {
        installation: key.fingerprint,
        publicKey: key.publicKey,
        seq: head.seq,
        hash: head.hash,
        signature: key.sign(headText(head)),
      },
      ASK_MS,
    );
    const answer = CountersignAnswer.parse(raw);
    if (!answer.ok) {
      log.warn('an agent did not countersign the journal', {
        environment: environment.record().name,
        code: answer.error.code,
        problem: answer.error.message,
      });
      return;
    }
    const { at, own, agent, signature } = answer;
    const text = countersignText({ installation: key.fingerprint, head, at, own });
    if (fingerprintOf(agent.publicKey) !== agent.key || !signatureHolds(agent.publicKey, text, signature)) {
      log.warn('a countersignature of an agent does not hold', { environment: environment.record().name });
      return;
    }
    transaction(db, () => {
      db.prepare('INSERT OR IGNORE INTO journal_countersign VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
        connection,
        head.seq,
        head.hash,
        at,
        agent.key,
        agent.publicKey,
        own.seq,
        own.hash,
        signature,
      );
    });
  };
  const trySign = (environment: Environment): void => {
    sign(environment).catch((error: unknown) => {
      log.debug('the journal was not countersigned', { error: String(error) });
    });
  };

  const compareOne = async (
    environment: Environment,
    faults: JournalFault[],
  ): Promise<NonNullable<JournalVerdict['agents']>[number]> => {
    const { name, key: connection } = environment.record();
    const answer = await allHeads((before) =>
      environment.request('journal.heads', { installation: key.fingerprint, ...before }, ASK_MS),
    );
    if (!answer.ok) return { name, heads: 0, problem: answer.error.message };
    const found = (seq: number, message: string): void => {
      faults.push({ is: 'agent', seq, message });
    };
    const comparison: Comparison = { db, connection, name, installation: key.fingerprint, found };
    compareOurs(comparison, answer);
    const named = compareHeads(comparison, answer);
    await walkAgent(comparison, answer, named, (after, limit) =>
      environment.request('journal.page', { after, limit }, ASK_MS),
    );
    return { name, heads: answer.items.length, problem: null };
  };

  const runAll = (): void => {
    timer = null;
    for (const environment of able()) trySign(environment);
  };
  return {
    soon: () => {
      if (!stopped) timer ??= setTimeout(runAll, options.settleMs ?? SETTLE_MS);
    },
    greeted: (connection) => {
      for (const one of able()) if (one.record().id === connection) trySign(one);
    },
    compare: async () => {
      const faults: JournalFault[] = [];
      const agents = await Promise.all(
        able().map((environment) =>
          compareOne(environment, faults).catch((error: unknown) => ({
            name: environment.record().name,
            heads: 0,
            problem: `it did not answer (${error instanceof Error ? error.message : 'no reason given'})`,
          })),
        ),
      );
      return { faults, agents };
    },
    stop: () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
