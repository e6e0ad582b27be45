import type { SessionId } from '#shared/domain/ids.ts';
import type { Command, Reach } from '#shared/protocol/commands.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { Caller } from '../server/caller.ts';
import { can } from '../server/capabilities.ts';
import { Refused } from '../server/refusal.ts';
import type { NewTarget } from '../state/journal.ts';
import type { MirroredSession } from '../state/session-mirror.ts';
import { sees } from '../state/viewer.ts';
import { canonical } from '#shared/domain/canonical.ts';
import type { CommandContext } from './context.ts';
import { countReach, type Counted } from './reach.ts';
import { readWhere, rolesFrom, selected } from './selector.ts';

/** Whom a command means, at this moment. */
export interface Resolution {
  /** Live sessions to end, row by row; can be iterated again. */
  readonly sessions: Iterable<MirroredSession>;
  /** Sessions to end, and named ones that are not there. */
  readonly targets: Iterable<NewTarget>;
  readonly reach: Counted;
  /** The same with how many sessions each role has, which takes as long again. */
  described(): Reach;
  readonly owners: readonly string[];
  readonly outside: { count: number; ids: SessionId[] } | null;
  /** The operator's own sessions that `keepOwn` leaves; null without it. */
  readonly kept: number | null;
}

/** `release` and `unblock` end nothing. */
const endsSessions = (command: Command) => command.kind !== 'release' && command.kind !== 'unblock';

export function resolveCommand(context: CommandContext, caller: Caller, command: Command): Resolution {
  const { state, clock, flags } = context;
  const rolesOf = rolesFrom(state);
  const { selector } = command;
  const condition = readWhere(selector.where, clock(), rolesOf);
  if (typeof condition !== 'function')
    throw new Refused('INVALID', condition.problem, { path: 'selector.where.network' });
  refuseHidden(context, caller, command);
  const candidates = selected(state, selector, caller.viewer);
  // Named ones are limited in number: each is read once.
  const all = 'sessions' in selector ? [...candidates] : candidates;
  const meant = filtered(all, (row) => endsSessions(command) && condition(row));
  const keeps = ownTest(caller, command);
  const matching = keeps === null ? meant : filtered(meant, (row) => !keeps(row));
  const preview = command.preview === undefined ? null : previewed(context, caller, command);
  const sessions = preview === null ? matching : filtered(matching, ({ id }) => preview.has(id));
  const clientSide = can(context.store.description(), 'sessions.clientSide');
  const counter = countReach(
    command,
    caller.viewer.own === null ? new Set(caller.token.accounts) : caller.viewer.accounts,
    flags,
    state.accounts,
    clientSide,
  );
  let kept = 0;
  for (const row of meant) {
    if (keeps?.(row) === true) kept += 1;
    else if (preview === null || preview.has(row.id)) counter.add(row);
  }
  return {
    kept: keeps === null ? null : kept,
    sessions,
    targets: targetsOf(context, caller, command, { sessions, preview, all }),
    reach: counter.counts(),
    described: () => counter.result(),
    owners: counter.owners(),
    outside: preview === null ? null : outsideOf(matching, preview),
  };
}

/** Whose sessions `keepOwn` leaves. An account that is named is meant, also when it is one's own. */
function ownTest(
  { token }: Caller,
  { keepOwn, selector }: Command,
): ((row: Pick<MirroredSession, 'account' | 'via'>) => boolean) | null {
  if (keepOwn !== true) return null;
  const named = new Set<string>('accounts' in selector ? selector.accounts : []);
  const own = new Set<string>(token.accounts.filter((account) => !named.has(account)));
  return ({ account, via }) => (account !== null && own.has(account)) || (via !== null && own.has(via));
}

/** To an own-sessions token, what is not its own does not exist. */
function refuseHidden({ state }: CommandContext, { viewer }: Caller, { selector }: Command): void {
  if (viewer.own === null) return;
  if ('accounts' in selector) {
    // Accounts that are not there are no error for others; here they must look like those that are hidden.
    if (selector.accounts.some((id) => viewer.accounts.has(id))) return;
    throw new Refused('NOT_FOUND', 'None of these accounts exist.');
  }
  if (!('sessions' in selector)) return;
  // Both are looked for whatever the first finds: how long the answer takes must not tell what is hidden from what
  // never was.
  const closed = state.log.closedFor(selector.sessions, viewer);
  const visible = selector.sessions.filter((id) => {
    const row = state.sessions.get(id);
    return row === undefined ? closed.has(id) : sees(viewer, row);
  });
  if (visible.length === 0) throw new Refused('NOT_FOUND', 'None of these sessions exist.');
}

type PreviewMap = ReadonlyMap<SessionId, { readonly account: string | null; readonly sealed: Buffer }>;

function previewed({ state, clock }: CommandContext, caller: Caller, command: Command): PreviewMap {
  const preview = state.previews.find(command.preview ?? '');
  if (preview === null) throw new Refused('NOT_FOUND', 'preview: not known here.');
  if (preview.operator !== caller.operator.id || preview.selector !== canonical(command.selector)) {
    throw new Refused('INVALID', 'preview: made by another operator or for another selection.', {
      path: 'preview',
    });
  }
  if (preview.expiresAt <= clock())
    throw new Refused('STALE', 'preview: older than ten minutes; make a new one.');
  return new Map(state.previews.sessions(preview.id).map((entry) => [entry.session, entry]));
}

function outsideOf(
  matching: Iterable<MirroredSession>,
  preview: PreviewMap,
): { count: number; ids: SessionId[] } {
  const outside = { count: 0, ids: [] as SessionId[] };
  for (const { id } of matching) {
    if (preview.has(id)) continue;
    outside.count += 1;
    if (outside.ids.length < LIMITS.outsideShown) outside.ids.push(id);
  }
  return outside;
}

function targetsOf(
  { state }: CommandContext,
  caller: Caller,
  command: Command,
  {
    sessions,
    preview,
    all,
  }: {
    readonly sessions: Iterable<MirroredSession>;
    readonly preview: PreviewMap | null;
    /** What is selected, before conditions. */
    readonly all: Iterable<MirroredSession>;
  },
): Iterable<NewTarget> {
  const { selector } = command;
  return {
    *[Symbol.iterator]() {
      for (const { id, account, sealed } of sessions) yield { session: id, account, sealed };
      if (!endsSessions(command)) return;
      const listed = new Set<SessionId>();
      if (preview !== null) {
        // Previewed and gone since: asked for all the same, in case it is only the mirror that lost it.
        for (const [id, { account, sealed }] of preview) {
          if (state.sessions.numberOf(id) !== undefined) continue;
          if (!sees(caller.viewer, { account, via: null })) continue;
          listed.add(id);
          yield { session: id, account, sealed };
        }
      }
      if (!('sessions' in selector)) return;
      const named = new Set(selector.sessions);
      if (Array.isArray(all) && all.length === named.size) return;
      for (const { id } of all) listed.add(id);
      for (const id of named) if (!listed.has(id)) yield { session: id, account: null, sealed: null };
    },
  };
}

function filtered(
  rows: Iterable<MirroredSession>,
  keep: (row: MirroredSession) => boolean,
): Iterable<MirroredSession> {
  return {
    *[Symbol.iterator]() {
      for (const row of rows) if (keep(row)) yield row;
    },
  };
}
