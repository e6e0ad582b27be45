import type { CommandId } from '#shared/domain/ids.ts';
import type { Dispose } from '#shared/domain/log.ts';
import { epochMs, SECOND } from '#shared/domain/units.ts';
import type { Command, CommandAnswer, DryRunAnswer } from '#shared/protocol/commands.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { Session } from '#shared/protocol/records.ts';
import type { Caller } from '../server/caller.ts';
import { requireScope } from '../server/caller.ts';
import { seesAll } from '../server/notices.ts';
import { Refused } from '../server/refusal.ts';
import type { CommandService, Notice } from '../server/services.ts';
import type { CommandRow, Target } from '../state/journal.ts';
import { hasContent } from '../state/journal.ts';
import { createApprovals, itemOf } from './approvals.ts';
import { canonical } from '#shared/domain/canonical.ts';
import type { CommandContext } from './context.ts';
import { createExecutor } from './executor.ts';
import { enforceHolds } from './hold-enforcer.ts';
import { listHolds, listTargets } from './listings.ts';
import { outcomeOf } from './outcome.ts';
import { requireCapability, requireCommandScopes } from './permission.ts';
import { createProver } from './proof.ts';
import type { Resolution } from './resolve.ts';
import { resolveCommand } from './resolve.ts';

const SAMPLE = 20;
const FAILURE_PAGE = 500;
/** Targets of a short command, which may all be ids that nobody knew. */
const MOST_LOOKED_AT = 500;
const FRESH_ENOUGH_MS = 250;
const REFRESH_AT_MOST_MS = 2 * SECOND;

export interface Commands extends CommandService {
  /** Is something being ended now? */
  busy(): boolean;
  /** Takes up what was interrupted; call once, before the store is first read. */
  resume(): void;
  /** Called every second or so. */
  tick(): void;
  enforceHolds(signal: AbortSignal): Promise<void>;
  /** Tells the connected operators whom it concerns. */
  notify(notice: Notice): void;
  stop(): Promise<void>;
}

export function createCommands(options: Omit<CommandContext, 'notify'>): Commands {
  const listeners = new Set<(notice: Notice) => void>();
  const context: CommandContext = {
    ...options,
    notify: (notice) => {
      for (const listener of [...listeners]) listener(notice);
    },
  };
  const { state, recorder, clock, limits, environment, store } = context;
  const prover = createProver(context);
  const executor = createExecutor(context, (row) => {
    if (hasSomethingToProve(row)) prover.watch(row);
    else state.journal.proven(row.command.id);
  });
  const approvals = createApprovals(context, applyHolds);
  /** Between its arrival and its place in the journal. */
  const arriving = new Map<
    CommandId,
    { content: string; operator: string; answer: Promise<CommandAnswer> }
  >();

  /** Without a store's key there is nothing to look for: it ended nothing, and nothing it named was known. */
  function hasSomethingToProve(row: CommandRow): boolean {
    if (row.matched > MOST_LOOKED_AT) return true;
    const targets = state.journal.targets(row.command.id, ['ended', 'gone'], 0, MOST_LOOKED_AT);
    return targets.some(({ sealed }) => sealed !== null);
  }

  async function submit(caller: Caller, command: Command): Promise<CommandAnswer | DryRunAnswer> {
    requireCommandScopes(caller, command);
    checkLimits(command);
    if (command.dryRun === true) {
      checkAge(command);
      return dryRun(caller, command);
    }
    const { issuedAt: _issuedAt, ...rest } = command;
    const content = canonical(rest);
    const known = state.journal.find(command.id);
    if (known !== null) return replay(caller, known, content);
    const other = arriving.get(command.id);
    if (other !== undefined) {
      if (other.operator !== caller.operator.id || other.content !== content) throw conflict();
      const answer = await other.answer;
      return answer.ok ? { ...answer, replayed: true } : answer;
    }
    checkAge(command);
    const answer = act(caller, command, content);
    arriving.set(command.id, { content, operator: caller.operator.id, answer });
    try {
      return await answer;
    } finally {
      arriving.delete(command.id);
    }
  }

  async function replay(caller: Caller, row: CommandRow, content: string): Promise<CommandAnswer> {
    if (row.operator.id !== caller.operator.id || !hasContent(row, content)) throw conflict();
    if (row.state === 'running') await settled(row.command.id);
    return outcomeOf(state, state.journal.find(row.command.id) ?? row, true);
  }

  async function act(caller: Caller, command: Command, content: string): Promise<CommandAnswer> {
    const { selector } = command;
    if ('all' in selector && command.confirm !== environment.id) {
      throw new Refused(
        'CONFIRMATION_REQUIRED',
        'Ending every session needs confirm: the id of the environment.',
      );
    }
    await ready(command);
    const resolution = resolveCommand(context, caller, command);
    const { reach } = resolution;
    if (command.expect !== undefined && reach.sessions > command.expect.max) {
      throw new Refused(
        'CONFLICT',
        `This would reach ${String(reach.sessions)} sessions, more than expected; nothing was done.`,
        {
          matched: reach.sessions,
        },
      );
    }
    const { row, pending } = journal(caller, command, content, resolution);
    if (row.state === 'pending-approval') {
      context.notify({ is: 'approval-requested', owners: row.owners, item: itemOf(row) });
      return outcomeOf(state, row, false);
    }
    context.reached('journalled');
    await settled(command.id, pending);
    return outcomeOf(state, state.journal.find(command.id) ?? row, false);
  }

  /** The store must be there, and what is selected by account must be known as it is now. */
  async function ready(command: Command): Promise<void> {
    requireUp();
    requireCapability(store.description(), command);
    if ('sessions' in command.selector) return;
    const { lastReadAt } = store.condition();
    if (lastReadAt !== null && clock() - lastReadAt < FRESH_ENOUGH_MS) return;
    await atMost(context.refresh(), REFRESH_AT_MOST_MS);
    requireUp();
  }

  function requireUp(): void {
    const { store: condition, error } = store.condition();
    if (condition === 'down' || !store.ready()) {
      throw new Refused(
        'STORE_UNAVAILABLE',
        `The store cannot be reached: ${error ?? 'it was not read yet'}`,
      );
    }
  }

  function journal(
    caller: Caller,
    command: Command,
    content: string,
    resolution: Resolution,
  ): { readonly row: CommandRow; readonly pending: readonly Target[] | null } {
    const { reach, owners, outside, targets } = resolution;
    const waits = needsApproval(caller, command, reach);
    return recorder.record(() => {
      const pending = state.journal.begin(
        {
          command,
          operator: caller.operator,
          tokenId: caller.token.id,
          content,
          state: waits ? 'pending-approval' : 'running',
          // Roles are for those who are to approve it.
          reach: waits ? resolution.described() : { ...reach, byRole: {} },
          owners:
            'accounts' in command.selector ? [...new Set([...owners, ...command.selector.accounts])] : owners,
          outside,
          approvalExpiresAt: waits ? epochMs(clock() + LIMITS.approvalLivesMs) : null,
        },
        targets,
      );
      const row = state.journal.find(command.id);
      if (row === null) throw new Error('the journal did not keep a command');
      state.chain.append({
        by: caller.operator,
        action: 'command',
        details: {
          commandId: command.id,
          kind: command.kind,
          state: row.state,
          matched: row.matched,
          claim: command.claim.name,
          reason: command.reason,
          ...(command.operation === undefined ? {} : { operation: command.operation }),
        },
      });
      if (!waits) applyHolds(row);
      return { row, pending };
    });
  }

  function needsApproval(caller: Caller, command: Command, reach: Resolution['reach']): boolean {
    if (!environment.protected || command.kind === 'release' || command.kind === 'unblock') return false;
    const since = epochMs(Math.max(0, clock() - LIMITS.unapprovedWindowMs));
    const size = command.kind === 'revoke' ? reach.sessions : Math.max(reach.sessions, reach.accounts);
    return size > 0 && size + state.journal.unapproved(caller.operator.id, since) > limits.unapproved;
  }

  /** Holds begin with the command, also when there is nothing to end now. */
  function applyHolds({ command, operator }: CommandRow): void {
    if (!('accounts' in command.selector)) return;
    const { accounts, except } = command.selector;
    if (command.kind === 'release') state.holds.release(accounts);
    if (command.kind !== 'hold') return;
    const until = epochMs(clock() + (command.forMs ?? 0));
    const spared = new Set(except);
    for (const account of accounts)
      state.holds.put({ account, until, command: command.id, operator, spared });
  }

  function dryRun(caller: Caller, command: Command): DryRunAnswer {
    requireUp();
    requireCapability(store.description(), command);
    const { preview: _preview, ...fresh } = command;
    const resolution = resolveCommand(context, caller, fresh);
    const { sessions, kept } = resolution;
    const sample: Session[] = [];
    return recorder.record(() => {
      const remembered = state.previews.create(
        caller.operator.id,
        canonical(command.selector),
        (function* () {
          for (const { id, account, sealed, record } of sessions) {
            if (sample.length < SAMPLE) sample.push(JSON.parse(record) as Session);
            yield { session: id, account, sealed };
          }
        })(),
      );
      const { id: preview, expiresAt } = remembered;
      return {
        ok: true,
        preview,
        expiresAt,
        reach: resolution.described(),
        ...(kept === null ? {} : { kept }),
        sample,
      };
    });
  }

  /** Waits for a command to finish, for as long as an answer may take. */
  async function settled(id: CommandId, pending: readonly Target[] | null = null): Promise<void> {
    await atMost(executor.run(id, pending), context.answerWithinMs);
  }

  function checkLimits({ selector }: Command): void {
    const lists: readonly (readonly [string, readonly string[] | undefined])[] = [
      ['sessions', 'sessions' in selector ? selector.sessions : undefined],
      ['accounts', 'accounts' in selector ? selector.accounts : undefined],
      ['except', 'except' in selector ? selector.except : undefined],
    ];
    for (const [name, ids] of lists) {
      if (ids !== undefined && ids.length > limits.targets) {
        throw new Refused(
          'LIMIT',
          `selector.${name}: at most ${String(limits.targets)} ids in one command.`,
          {
            limit: limits.targets,
          },
        );
      }
    }
  }

  function checkAge({ issuedAt }: Command): void {
    const age = clock() - issuedAt;
    if (age > LIMITS.commandMaxAgeMs) throw new Refused('STALE', 'issuedAt: more than 24 hours ago.');
    if (-age > LIMITS.commandMaxAheadMs) {
      throw new Refused('STALE', 'issuedAt: more than five minutes ahead; check the clocks.', {
        now: clock(),
      });
    }
  }

  /** A command that this caller may know about. */
  function visible(caller: Caller, id: string): CommandRow {
    const row = state.journal.find(id);
    const may =
      row !== null &&
      (row.operator.id === caller.operator.id ||
        (caller.viewer.scopes.has('commands:approve') && seesAll(caller.viewer, row.owners)));
    if (!may) throw new Refused('NOT_FOUND', 'There is no such command.');
    return row;
  }

  return {
    submit,
    busy: () => executor.busy(),
    get(caller, id) {
      const row = visible(caller, id);
      return { ...outcomeOf(state, row, false), proofs: [...state.journal.proofs(row.command.id)] };
    },
    failures(caller, id, cursor) {
      const row = visible(caller, id);
      const after = cursor === undefined ? 0 : Number(cursor);
      if (!Number.isSafeInteger(after) || after < 0)
        throw new Refused('INVALID', 'cursor: not one that this agent gave out.');
      const found = state.journal.failures(row.command.id, after, FAILURE_PAGE + 1);
      const page = found.slice(0, FAILURE_PAGE);
      const last = page.at(-1);
      const items = page.map(({ id: session, code, message }) => ({ id: session, code, message }));
      return {
        ok: true,
        items,
        ...(found.length > FAILURE_PAGE && last !== undefined ? { next: String(last.ordinal) } : {}),
      };
    },
    targets: (caller, request) => listTargets(state, caller, request, (id) => visible(caller, id)),
    holds: (caller) => listHolds(state, caller),
    async approve(caller, request) {
      requireScope(caller, 'commands:approve');
      if (request.decision === 'approve') requireUp();
      const row = approvals.decide(caller, request);
      if (row.state !== 'running') return outcomeOf(state, row, false);
      await settled(row.command.id);
      return outcomeOf(state, state.journal.find(row.command.id) ?? row, false);
    },
    approvals: (caller) => approvals.list(caller),
    onNotice(listener): Dispose {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    resume() {
      executor.resume();
      prover.resume();
    },
    tick: () => approvals.expire(),
    notify: context.notify,
    enforceHolds: (signal) => enforceHolds(context, signal),
    async stop() {
      await executor.stop();
      await prover.stop();
    },
  };
}

const conflict = () =>
  new Refused('CONFLICT', 'This id was used for another command, or by another operator.');

/** Resolves when the work is done or the time is over; passes a rejection on when it comes in time. */
function atMost(work: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    work.then(
      () => {
        clearTimeout(timer);
        resolve();
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}
