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

/** Sessions ended in one go; a crash leaves two goes in doubt. Each costs a commit that reaches the disk. */
const CHUNK = 2_000;
const RETRY_MS = 2 * SECOND;

export interface Executor {
  /** Does what the journal says of this command; joins when it is under way. Rejects with Refused when nothing was done. */
  run(id: CommandId): Promise<void>;
  /** Is something being ended now? */
  busy(): boolean;
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

  /**
   * The store ends one chunk while the outcomes of the one before are written down, and with them, in the same
   * commit, that the one after is about to be ended.
   */
  async function endAll(row: CommandRow, resumed: boolean): Promise<number> {
    const { id } = row.command;
    const scope = scopeOf(row);
    // Attempted by a run that crashed: what is gone of it, that attempt ended.
    const doubtful = resumed ? state.journal.attempted(id) : 0;
    let done = 0;
    let told = 0;
    let chunk = state.transaction(() => attempt(id, 0));
    let acting = chunk.length === 0 ? null : end(chunk, scope);
    let next =
      acting === null || chunk.length < CHUNK ? [] : state.transaction(() => attempt(id, lastOf(chunk)));
    try {
      while (acting !== null) {
        const results = await acting;
        context.reached('acted');
        acting = next.length === 0 || stopping.signal.aborted ? null : end(next, scope);
        // Heard of in the next round, or not at all when writing down fails.
        acting?.catch(() => undefined);
        const [settled, began] = [chunk, next];
        chunk = next;
        next = recorder.record(() => {
          settle(row, settled, results, doubtful);
          return acting === null || began.length < CHUNK ? [] : attempt(id, lastOf(began));
        });
        context.reached('settled');
        done += settled.length;
        const now = clock();
        if (row.matched > CHUNK && now - told >= SECOND / LIMITS.progressPerSecond) {
          told = now;
          const progress = { id, done, total: row.matched };
          context.notify({ is: 'progress', operator: row.operator.id, progress });
        }
      }
    } finally {
      // Noted and then not begun: should they vanish now, somebody else ended them.
      for (const { session } of next) evidence.notEnded(session);
    }
    return done;
  }

  const lastOf = (chunk: readonly Target[]): number => chunk.at(-1)?.ordinal ?? 0;

  /** Notes that the next pending sessions are about to be ended; none when it is to stop. In a transaction. */
  function attempt(id: CommandId, after: number): readonly Target[] {
    if (stopping.signal.aborted) return [];
    const chunk = state.journal.targets(id, ['pending'], after, CHUNK);
    if (chunk.length === 0) return chunk;
    state.journal.attempt(id, lastOf(chunk));
    for (const target of chunk) evidence.ending(target.session, id);
    return chunk;
  }

  function end(chunk: readonly Target[], scope: EndScope): Promise<readonly EndResult[]> {
    context.reached('attempted');
    const keys = state.keys.unsealAll(chunk.map(({ sealed }) => sealed ?? Buffer.alloc(0)));
    const targets = keys.map((key, index) => ({ key, account: (chunk[index]?.account ?? null) as never }));
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
    const ended: number[] = [];
    const gone: number[] = [];
    chunk.forEach((target, index) => {
      const result = results[index] ?? {
        outcome: 'failed',
        code: 'INTERNAL',
        message: 'The store gave no answer for it.',
      };
      if (result.outcome === 'failed') {
        state.journal.fail(id, [target.ordinal], result);
        return;
      }
      const ours = result.outcome === 'ended' || target.ordinal <= doubtful;
      (ours ? ended : gone).push(target.ordinal);
      evidence.ended(target.session);
      const known = ours ? state.sessions.brief(target.session, target.account) : undefined;
      if (known !== undefined) recorder.closed(known, { reason: 'revoked', at: clock(), commandId: id });
    });
    state.journal.settle(id, 'ended', ended);
    state.journal.settle(id, 'gone', gone);
  }

  function failRest(row: CommandRow, error: StoreError): void {
    const { id } = row.command;
    for (;;) {
      const chunk = state.journal.targets(id, ['pending'], 0, CHUNK);
      if (chunk.length === 0) return;
      const ordinals = chunk.map(({ ordinal }) => ordinal);
      state.transaction(() =>
        state.journal.fail(id, ordinals, { code: 'STORE_UNAVAILABLE', message: error.message }),
      );
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
    busy: () => running.size > 0,
    resume() {
      for (const row of state.journal.inState('running')) {
        for (const target of attemptedTargets(row)) evidence.ending(target.session, row.command.id);
        log.info('taking up a command', { id: row.command.id });
        void run(row.command.id, true).catch(() => undefined);
      }
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled(running.values());
    },
  };

  function* attemptedTargets({ command: { id } }: CommandRow): Generator<Target> {
    const to = state.journal.attempted(id);
    for (let after = 0; after < to;) {
      const chunk = state.journal.targets(id, ['pending'], after, 1_000);
      yield* chunk.filter(({ ordinal }) => ordinal <= to);
      after = chunk.at(-1)?.ordinal ?? to;
    }
  }
}
