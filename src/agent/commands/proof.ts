import type { AccountId, CommandId, SessionId } from '#shared/domain/ids.ts';
import { SECOND } from '#shared/domain/units.ts';
import type { CameBack, Proof } from '#shared/protocol/commands.ts';
import { sessionOf } from '../poll/recorder.ts';
import { toSession } from '../poll/to-wire.ts';
import type { CommandRow, Target } from '../state/journal.ts';
import type { MirroredSession } from '../state/session-mirror.ts';
import type { EndResult, EndTarget, StoredSession, StoreKey } from '../stores/store-adapter.ts';
import { StoreError } from '../stores/store-adapter.ts';
import type { CommandContext } from './context.ts';
import { scopeOf } from './executor.ts';

const CHUNK = 500;
const RETRY_MS = 5 * SECOND;

export interface Prover {
  /** Looks again after this finished command, as often as the protocol says. */
  watch(row: CommandRow): void;
  /** Takes up the looks that a stop interrupted. */
  resume(): void;
  stop(): Promise<void>;
}

/** What came back, with what is needed to end it again. */
interface Returned {
  readonly id: SessionId;
  readonly newId: SessionId | null;
  readonly cause: CameBack['cause'];
  readonly key: StoreKey;
  readonly account: string | null;
  /** As the store has it, when it is there under the same identifier. */
  readonly stored: StoredSession | null;
}

export function createProver(context: CommandContext): Prover {
  const { state, adapter, gate, recorder, evidence, store, clock, log } = context;
  const timers = new Set<NodeJS.Timeout>();
  const looking = new Set<Promise<void>>();
  const stopping = new AbortController();

  /** When to look, in milliseconds after the end of the command, in order. */
  const schedule = (): readonly number[] => {
    const longest = store.description()?.longestRequestMs ?? 30 * SECOND;
    return [...new Set([...context.proofAfterMs, longest])].sort((a, b) => a - b);
  };

  function plan(row: CommandRow): void {
    if (stopping.signal.aborted) return;
    const at = schedule();
    const index = state.journal.proofs(row.command.id).length;
    const after = at[index];
    if (after === undefined) {
      state.journal.proven(row.command.id);
      return;
    }
    later(row, (row.finishedAt ?? clock()) + after - clock(), index === at.length - 1);
  }

  function later(row: CommandRow, ms: number, final: boolean): void {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        const work = prove(row, final).catch((error: unknown) => {
          log.warn('looking again after a command failed; it is tried again', {
            id: row.command.id,
            error: String(error),
          });
          if (!stopping.signal.aborted) later(row, RETRY_MS, final);
        });
        looking.add(work);
        void work.finally(() => looking.delete(work));
      },
      Math.max(0, ms),
    );
    timers.add(timer);
  }

  async function prove(row: CommandRow, final: boolean): Promise<void> {
    const { id } = row.command;
    let ended = 0;
    const returned: Returned[] = [];
    const taken = new Set<SessionId>();
    for (let after = 0; ;) {
      const targets = state.journal.targets(id, ['ended', 'gone'], after, CHUNK);
      const last = targets.at(-1);
      if (last === undefined) break;
      after = last.ordinal;
      ended += targets.filter(({ status }) => status === 'ended').length;
      returned.push(...(await stillThere(targets)));
      for (const target of targets) {
        const renewed = signedInAgain(row, target, taken);
        if (renewed !== null) returned.push(renewed);
      }
    }
    const cameBack = await endAgain(row, returned);
    const back = new Set(cameBack.map((entry) => entry.id));
    const endedIds = Math.max(0, ended - [...back].length);
    const proof: Proof = { id, at: clock(), final, stillGone: endedIds, cameBack };
    state.transaction(() => state.journal.addProof(proof));
    context.notify({ is: 'proof', operator: row.operator.id, proof });
    plan(row);
  }

  /** The same identifier is alive: a request that was under way wrote it back. */
  async function stillThere(targets: readonly Target[]): Promise<readonly Returned[]> {
    const known = new Map<SessionId, Target>();
    const keys: StoreKey[] = [];
    for (const target of targets) {
      if (target.sealed === null) continue;
      known.set(target.session, target);
      keys.push(state.keys.unseal(target.sealed));
    }
    if (keys.length === 0) return [];
    const found = await gate.run(() => adapter.lookUp(keys, stopping.signal));
    return found.flatMap((session) => {
      const id = state.keys.session(session.key);
      const target = known.get(id);
      if (target === undefined) return [];
      const { key } = session;
      const cause = 'in-flight-request' as const;
      return [{ id, newId: null, cause, key, account: target.account, stored: session }];
    });
  }

  /** Another identifier of the same account that no sign-in explains: a remember-me cookie, or single sign-on. */
  function signedInAgain(row: CommandRow, target: Target, taken: Set<SessionId>): Returned | null {
    if (target.account === null || row.finishedAt === null) return null;
    const since = row.receivedAt;
    for (const session of state.sessions.seenSince(target.account, since)) {
      if (taken.has(session.id) || session.id === target.session) continue;
      const cause = causeOf(session);
      if (cause === null || state.audit.latest(target.account, ['login'], since) !== null) continue;
      taken.add(session.id);
      return {
        id: target.session,
        newId: session.id,
        cause,
        key: state.keys.unseal(session.sealed),
        account: session.account,
        stored: null,
      };
    }
    return null;
  }

  async function endAgain(row: CommandRow, returned: readonly Returned[]): Promise<CameBack[]> {
    const cameBack: CameBack[] = [];
    for (let at = 0; at < returned.length; at += CHUNK) {
      const chunk = returned.slice(at, at + CHUNK);
      evidence.ending(
        chunk.map(({ id, newId }) => newId ?? id),
        row.command.id,
      );
      const targets: EndTarget[] = chunk.map(({ key, account }) => ({
        key,
        account: account as AccountId | null,
      }));
      const results = await endOrNot(row, targets);
      recorder.record(() => {
        chunk.forEach(({ id, newId, cause, stored }, index) => {
          const endedAgain = results[index] !== undefined && results[index].outcome !== 'failed';
          cameBack.push({ id, ...(newId === null ? {} : { newId }), cause, endedAgain });
          if (endedAgain) close(newId ?? id, row.command.id);
          else stays(newId ?? id, stored);
        });
      });
    }
    return cameBack;
  }

  /** That somebody came back is reported whether or not the store lets them be ended again. */
  async function endOrNot(row: CommandRow, targets: readonly EndTarget[]): Promise<readonly EndResult[]> {
    try {
      return await adapter.end(targets, scopeOf(row), stopping.signal);
    } catch (error) {
      if (!(error instanceof StoreError) || stopping.signal.aborted) throw error;
      log.warn('what came back could not be ended again', { id: row.command.id, problem: error.message });
      return [];
    }
  }

  /** It goes on. A store that tells only what changed may not tell it again: then it is told of here. */
  function stays(id: SessionId, stored: StoredSession | null): void {
    evidence.notEnded(id);
    if (stored === null || state.sessions.numberOf(id) !== undefined) return;
    const session = state.told.over(toSession(stored, state.keys, context.flags));
    recorder.opened(session, state.keys.seal(stored.key));
  }

  function close(id: SessionId, commandId: CommandId): void {
    evidence.ended(id);
    const known = state.sessions.get(id);
    if (known !== undefined) recorder.closed(known, { reason: 'revoked', at: clock(), commandId });
  }

  return {
    watch: plan,
    resume() {
      for (const row of state.journal.unproven()) plan(row);
    },
    async stop() {
      stopping.abort();
      for (const timer of timers) clearTimeout(timer);
      await Promise.allSettled(looking);
    },
  };
}

function causeOf(session: MirroredSession): 'remember-me' | 'single-sign-on' | null {
  const { marks } = sessionOf(session);
  if (marks.includes('remember-me')) return 'remember-me';
  return marks.includes('sso') ? 'single-sign-on' : null;
}
