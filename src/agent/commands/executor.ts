import type { AccountId, CommandId, SessionId } from '#shared/domain/ids.ts';
import { SECOND } from '#shared/domain/units.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import { createOneAtATime } from '../poll/one-at-a-time.ts';
import { Refused } from '../server/refusal.ts';
import type { CommandRow, Target } from '../state/journal.ts';
import type { EndResult, EndScope, EndTarget, StoreKey } from '../stores/store-adapter.ts';
import { StoreError } from '../stores/store-adapter.ts';
import { auditCommand } from './command-audit.ts';
import type { CommandContext } from './context.ts';

/**
 * Sessions ended in one go; a crash leaves two goes in doubt, and other commands wait for one. Each costs a commit
 * that reaches the disk, so that a store that is fast is given more at once.
 */
const CHUNK = 500;
const MOST = 2_000;
const GROWTH = 4;
const [FAST_MS, SLOW_MS] = [150, 600];
const RETRY_MS = 2 * SECOND;
const NO_ANSWER: EndResult = {
  outcome: 'failed',
  code: 'INTERNAL',
  message: 'The store gave no answer for it.',
};

export interface Executor {
  /**
   * Does what the journal says of this command; joins when it is under way. Rejects with Refused when nothing was done.
   * @param pending what is to be ended, where that is known; otherwise the journal is asked
   */
  run(id: CommandId, pending?: readonly Target[] | null): Promise<void>;
  /** Is something being ended now? */
  busy(): boolean;
  /** Takes up what a crash interrupted. */
  resume(): void;
  /** Waits for what is under way to stop between two steps; the rest is done at the next start. */
  stop(): Promise<void>;
}

/** What was asked of the store has left this process: what is done now, it does not wait for. */
const underWay = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * How many of those left are ended next. The last are few as well: what the store has done last is written down while
 * it does nothing, and whoever asked waits for that.
 */
export const inOneGo = (left: number, most: number): number =>
  left > most || left <= CHUNK ? most : Math.max(CHUNK, left - CHUNK);

export const scopeOf = (row: CommandRow): EndScope =>
  'sessions' in row.command.selector ? 'sessions' : 'accounts';

export function createExecutor(context: CommandContext, finished: (row: CommandRow) => void): Executor {
  const { state, recorder, evidence, log, clock } = context;
  const running = new Map<CommandId, Promise<void>>();
  /** Sessions that this store is given at once. */
  let usual = CHUNK;
  const stopping = new AbortController();

  const load = (id: CommandId): CommandRow => {
    const row = state.journal.find(id);
    if (row === null) throw new Error('a command vanished from the journal');
    return row;
  };

  async function execute(id: CommandId, resumed: boolean, pending: readonly Target[] | null): Promise<void> {
    const row = load(id);
    const progress = { done: 0, finished: false };
    try {
      await prepare(row);
      await endAll(row, resumed, pending, progress);
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (!(error instanceof StoreError)) throw error;
      if (resumed && error.kind === 'unavailable') {
        await waitForStore();
        await execute(id, true, null);
        return;
      }
      const counts = state.journal.counts(id);
      // Nothing was done and nobody was told otherwise: the id is not consumed.
      if (progress.done === 0 && counts.ended === 0 && row.decision === null && !answered.has(id)) {
        withdraw(row);
        throw new Refused('STORE_UNAVAILABLE', error.message);
      }
      failRest(row, error);
    }
    if (stopping.signal.aborted && !progress.finished) return;
    if (!progress.finished) recorder.record(() => conclude(id));
    tellFinished(id);
  }

  async function prepare(row: CommandRow): Promise<void> {
    const { command } = row;
    if (command.kind !== 'block' && command.kind !== 'unblock') return;
    const { adapter } = context;
    const accounts = 'accounts' in command.selector ? command.selector.accounts : [];
    const block = () =>
      adapter.setBlocked?.(accounts, command.kind === 'block', stopping.signal) ?? Promise.resolve();
    await context.gate.run(block);
  }

  /**
   * The store ends one chunk while the outcomes of the one before are written down, and with them, in the same
   * commit, that the one after is about to be ended; after the last, that the command is finished.
   */
  async function endAll(
    row: CommandRow,
    resumed: boolean,
    pending: readonly Target[] | null,
    progress: { done: number; finished: boolean },
  ): Promise<void> {
    const { id } = row.command;
    const scope = scopeOf(row);
    // Attempted by a run that crashed: what is gone of it, that attempt ended.
    const doubtful = resumed ? state.journal.attempted(id) : 0;
    let told = 0;
    // The first are few, so that the store has something to do at once; then as many as it was last seen to be fast with.
    const sizes = [CHUNK, usual];
    const attempt = attempts(id, pending, () => sizes.shift() ?? usual);
    let [chunk, next] = state.transaction(() => [attempt(), attempt()]);
    let acting = chunk.length === 0 ? null : end(toEnd(chunk), scope);
    try {
      await underWay();
      let nextTargets = toEnd(next);
      while (acting !== null) {
        const began = context.clock();
        const results = await acting;
        const took = context.clock() - began;
        if (took < FAST_MS) usual = Math.min(MOST, GROWTH * usual);
        else if (took > SLOW_MS) usual = CHUNK;
        context.reached('acted');
        acting = next.length === 0 || stopping.signal.aborted ? null : end(nextTargets, scope);
        // Heard of in the next round, or not at all when writing down fails.
        acting?.catch(() => undefined);
        if (acting !== null) await underWay();
        const settled = chunk;
        chunk = next;
        // Under way by now, also when writing down fails.
        next = [];
        const last = acting === null && !stopping.signal.aborted;
        next = recorder.record(() => {
          settle(row, settled, results, doubtful);
          if (last) conclude(id);
          return acting === null ? [] : attempt();
        });
        nextTargets = toEnd(next);
        progress.done += settled.length;
        progress.finished = last;
        context.reached('settled');
        const now = clock();
        if (row.matched > CHUNK && now - told >= SECOND / LIMITS.progressPerSecond) {
          told = now;
          const notice = { id, done: progress.done, total: row.matched };
          context.notify({ is: 'progress', operator: row.operator.id, progress: notice });
        }
      }
    } finally {
      // Noted and then not begun: should they vanish now, somebody else ended them.
      for (const { session } of next) evidence.notEnded(session);
    }
  }

  /**
   * Each call notes that the next pending sessions are about to be ended; none when it is to stop. To be called in a
   * transaction.
   */
  function attempts(
    id: CommandId,
    pending: readonly Target[] | null,
    size: () => number,
  ): () => readonly Target[] {
    let after = 0;
    let taken = 0;
    return () => {
      if (stopping.signal.aborted) return [];
      const most = size();
      const chunk =
        pending === null
          ? state.journal.targets(id, ['pending'], after, most)
          : pending.slice(taken, taken + inOneGo(pending.length - taken, most));
      const last = chunk.at(-1);
      if (last === undefined) return chunk;
      after = last.ordinal;
      taken += chunk.length;
      state.journal.attempt(id, last.ordinal);
      evidence.ending(
        chunk.map(({ session }) => session),
        id,
      );
      return chunk;
    };
  }

  function toEnd(chunk: readonly Target[]): readonly EndTarget[] {
    const keys = opened(chunk.map(({ sealed }) => sealed ?? Buffer.alloc(0)));
    return keys.map((key, index) => ({ key, account: (chunk[index]?.account ?? null) as AccountId | null }));
  }

  /** Nobody can act on what was sealed with another secret, or was damaged: the command fails instead of never ending. */
  function opened(sealed: readonly Buffer[]): readonly StoreKey[] {
    try {
      return state.keys.unsealAll(sealed);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new StoreError(
        'unreadable',
        `The agent cannot read which sessions these are (${why}); send the command again.`,
      );
    }
  }

  function end(targets: readonly EndTarget[], scope: EndScope): Promise<readonly EndResult[]> {
    context.reached('attempted');
    return ends.run(() => context.adapter.end(targets, scope, stopping.signal));
  }

  /** @param doubtful up to this place a run that crashed may have ended what is gone */
  function settle(
    row: CommandRow,
    chunk: readonly Target[],
    results: readonly EndResult[],
    doubtful: number,
  ): void {
    const { id } = row.command;
    const at = clock();
    const ended: number[] = [];
    const gone: number[] = [];
    const vanished: SessionId[] = [];
    for (const [index, target] of chunk.entries()) {
      const result = results[index] ?? NO_ANSWER;
      if (result.outcome === 'failed') {
        state.journal.fail(id, [target.ordinal], result);
        continue;
      }
      const ours = result.outcome === 'ended' || target.ordinal <= doubtful;
      (ours ? ended : gone).push(target.ordinal);
      vanished.push(target.session);
      const known = ours ? state.sessions.brief(target.session, target.account) : undefined;
      if (known !== undefined) recorder.closed(known, { reason: 'revoked', at, commandId: id });
    }
    evidence.allEnded(vanished);
    state.journal.settle(id, 'ended', ended);
    state.journal.settle(id, 'gone', gone);
  }

  function failRest(row: CommandRow, error: StoreError): void {
    const { id } = row.command;
    for (let after = 0; ;) {
      const chunk = state.journal.targets(id, ['pending'], after, CHUNK);
      const last = chunk.at(-1);
      if (last === undefined) return;
      after = last.ordinal;
      const ordinals = chunk.map(({ ordinal }) => ordinal);
      state.transaction(() =>
        state.journal.fail(id, ordinals, { code: 'STORE_UNAVAILABLE', message: error.message }),
      );
    }
  }

  function withdraw({ command, operator }: CommandRow): void {
    state.transaction(() => {
      if (command.kind === 'hold' && 'accounts' in command.selector)
        state.holds.release(command.selector.accounts);
      state.journal.withdraw(command.id);
      // The chain is never shortened: that it was taken stands there, and that it was given back.
      state.chain.append({
        by: operator,
        action: 'command-withdrawn',
        details: { commandId: command.id, kind: command.kind, code: 'STORE_UNAVAILABLE' },
      });
    });
  }

  /** Every target has its outcome. To be called in a transaction. */
  function conclude(id: CommandId): void {
    const { failed } = state.journal.counts(id);
    state.journal.finish(id, failed > 0 ? 'partial' : 'completed');
    auditCommand(context, load(id));
  }

  function tellFinished(id: CommandId): void {
    const row = load(id);
    if (row.matched > CHUNK) {
      context.notify({
        is: 'progress',
        operator: row.operator.id,
        progress: { id, done: row.matched, total: row.matched },
      });
    }
    finished(row);
  }

  function waitForStore(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stopping.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, RETRY_MS);
      stopping.signal.addEventListener('abort', done);
    });
  }

  const answered = new Set<CommandId>();
  // One `end` at a time: two commands never contend for the same rows.
  const ends = createOneAtATime();

  function run(id: CommandId, resumed: boolean, pending: readonly Target[] | null): Promise<void> {
    const known = running.get(id);
    if (known !== undefined) return known;
    const promise = execute(id, resumed, pending).finally(() => {
      running.delete(id);
      answered.delete(id);
    });
    running.set(id, promise);
    // Whoever waits hears of a failure; when nobody does, it is in the log.
    promise.catch((error: unknown) => {
      if (!(error instanceof Refused)) log.error('a command stopped', { id, error: String(error) });
    });
    const timer = setTimeout(() => answered.add(id), context.answerWithinMs - 100);
    void promise.finally(() => clearTimeout(timer)).catch(() => undefined);
    return promise;
  }

  return {
    run: (id, pending = null) => run(id, false, pending),
    busy: () => running.size > 0,
    resume() {
      for (const row of state.journal.inState('running')) {
        evidence.ending(attemptedSessions(row), row.command.id);
        log.info('taking up a command', { id: row.command.id });
        void run(row.command.id, true, null).catch(() => undefined);
      }
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled(running.values());
    },
  };

  function* attemptedSessions({ command: { id } }: CommandRow): Generator<SessionId> {
    const to = state.journal.attempted(id);
    for (let after = 0; after < to;) {
      const chunk = state.journal.targets(id, ['pending'], after, 1_000);
      for (const { ordinal, session } of chunk) if (ordinal <= to) yield session;
      after = chunk.at(-1)?.ordinal ?? to;
    }
  }
}
