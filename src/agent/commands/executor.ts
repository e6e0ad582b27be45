import type { CommandId } from '#shared/domain/ids.ts';
import { SECOND } from '#shared/domain/units.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import { createOneAtATime } from '../poll/one-at-a-time.ts';
import { Refused } from '../server/refusal.ts';
import type { CommandRow, Target } from '../state/journal.ts';
import type { EndResult, EndScope } from '../stores/store-adapter.ts';
import { StoreError } from '../stores/store-adapter.ts';
import { auditCommand } from './command-audit.ts';
import type { CommandContext } from './context.ts';

const CHUNK = 500;
const RETRY_MS = 2 * SECOND;

export interface Executor {
  /** Does what the journal says of this command; joins when it is under way. Rejects with Refused when nothing was done. */
  run(id: CommandId): Promise<void>;
  /** Takes up what a crash interrupted. */
  resume(): void;
  /** Waits for what is under way to stop between two steps; the rest is done at the next start. */
  stop(): Promise<void>;
}

export const scopeOf = (row: CommandRow): EndScope =>
  'sessions' in row.command.selector ? 'sessions' : 'accounts';

export function createExecutor(context: CommandContext, finished: (row: CommandRow) => void): Executor {
  const { state, recorder, evidence, log, clock } = context;
  const running = new Map<CommandId, Promise<void>>();
  const stopping = new AbortController();

  const load = (id: CommandId): CommandRow => {
    const row = state.journal.find(id);
    if (row === null) throw new Error('a command vanished from the journal');
    return row;
  };

  async function execute(id: CommandId, resumed: boolean): Promise<void> {
    const row = load(id);
    let done = 0;
    try {
      await prepare(row);
      done = await endAll(row, resumed);
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (!(error instanceof StoreError)) throw error;
      if (resumed && error.kind === 'unavailable') {
        await waitForStore();
        await execute(id, true);
        return;
      }
      const counts = state.journal.counts(id);
      // Nothing was done and nobody was told otherwise: the id is not consumed.
      if (done === 0 && counts.ended === 0 && row.decision === null && !answered.has(id)) {
        withdraw(row);
        throw new Refused('STORE_UNAVAILABLE', error.message);
      }
      failRest(row, error);
    }
    if (stopping.signal.aborted) return;
    finish(id);
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

  async function endAll(row: CommandRow, resumed: boolean): Promise<number> {
    const { id } = row.command;
    let done = 0;
    let told = 0;
    for (;;) {
      const chunk = state.journal.targets(id, ['pending'], 0, CHUNK);
      if (chunk.length === 0 || stopping.signal.aborted) return done;
      state.transaction(() =>
        state.journal.attempt(
          id,
          chunk.map(({ ordinal }) => ordinal),
        ),
      );
      for (const target of chunk) evidence.ending(target.session, id);
      context.reached('attempted');
      const results = await end(chunk, scopeOf(row));
      context.reached('acted');
      settle(row, chunk, results, resumed);
      context.reached('settled');
      done += chunk.length;
      const now = clock();
      if (row.matched > CHUNK && now - told >= SECOND / LIMITS.progressPerSecond) {
        told = now;
        context.notify({
          is: 'progress',
          operator: row.operator.id,
          progress: { id, done, total: row.matched },
        });
      }
    }
  }

  function end(chunk: readonly Target[], scope: EndScope): Promise<readonly EndResult[]> {
    const targets = chunk.map(({ sealed, account }) => ({
      key: state.keys.unseal(sealed ?? Buffer.alloc(0)),
      account: account as never,
    }));
    return ends.run(() => context.adapter.end(targets, scope, stopping.signal));
  }

  function settle(
    row: CommandRow,
    chunk: readonly Target[],
    results: readonly EndResult[],
    resumed: boolean,
  ): void {
    const { id } = row.command;
    recorder.record(() => {
      chunk.forEach((target, index) => {
        const result = results[index] ?? {
          outcome: 'failed',
          code: 'INTERNAL',
          message: 'The store gave no answer for it.',
        };
        if (result.outcome === 'failed') {
          const { code, message } = result;
          state.journal.settle(id, target.ordinal, 'failed', {
            code: code.slice(0, 256),
            message: message.slice(0, 4_096),
          });
          return;
        }
        // After a crash: an attempt was made and it is gone, so that attempt ended it.
        const ours = result.outcome === 'ended' || (resumed && target.attempted);
        state.journal.settle(id, target.ordinal, ours ? 'ended' : 'gone');
        evidence.ended(target.session);
        const known = state.sessions.get(target.session);
        if (known !== undefined && ours)
          recorder.closed(known, { reason: 'revoked', at: clock(), commandId: id });
      });
    });
  }

  function failRest(row: CommandRow, error: StoreError): void {
    const { id } = row.command;
    for (;;) {
      const chunk = state.journal.targets(id, ['pending'], 0, CHUNK);
      if (chunk.length === 0) return;
      const failure = { code: 'STORE_UNAVAILABLE', message: error.message.slice(0, 4_096) };
      state.transaction(() => {
        for (const { ordinal } of chunk) state.journal.settle(id, ordinal, 'failed', failure);
      });
    }
  }

  function withdraw(row: CommandRow): void {
    state.transaction(() => {
      const { command } = row;
      if (command.kind === 'hold' && 'accounts' in command.selector)
        state.holds.release(command.selector.accounts);
      state.journal.withdraw(command.id);
    });
  }

  function finish(id: CommandId): void {
    recorder.record(() => {
      const { failed } = state.journal.counts(id);
      state.journal.finish(id, failed > 0 ? 'partial' : 'completed');
      auditCommand(context, load(id));
    });
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

  function run(id: CommandId, resumed: boolean): Promise<void> {
    const known = running.get(id);
    if (known !== undefined) return known;
    const promise = execute(id, resumed).finally(() => {
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
    run: (id) => run(id, false),
    resume() {
      for (const row of state.journal.inState('running')) {
        for (const target of pendingTargets(row)) evidence.ending(target.session, row.command.id);
        log.info('taking up a command', { id: row.command.id });
        void run(row.command.id, true).catch(() => undefined);
      }
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled(running.values());
    },
  };

  function* pendingTargets(row: CommandRow): Generator<Target> {
    for (let after = 0; ;) {
      const chunk = state.journal.targets(row.command.id, ['pending'], after, 1_000);
      yield* chunk.filter(({ attempted }) => attempted);
      const last = chunk.at(-1);
      if (last === undefined) return;
      after = last.ordinal;
    }
  }
}
