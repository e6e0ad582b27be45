import type { CommandId, RuleId, SessionId } from '#shared/domain/ids.ts';
import type { Clock, EpochMs } from '#shared/domain/units.ts';
import { MINUTE } from '#shared/domain/units.ts';
import type { AuditEvent } from '#shared/protocol/records.ts';

/** How long something explains a disappearance that is seen later. */
const KEPT_MS = 2 * MINUTE;
const MAX_KEPT = 20_000;

interface Cause {
  readonly command: CommandId | null;
  readonly rule: RuleId | null;
  readonly at: EpochMs;
  readonly endedAt: EpochMs | null;
}
interface Logout {
  readonly session: SessionId | null;
  readonly account: string | null;
  readonly ip: string | null;
  readonly at: EpochMs;
  readonly heardAt: EpochMs;
}

/** Recent reasons for sessions to be gone: commands, logouts, changed credentials. In memory; the journal is durable. */
export interface Evidence {
  /** A command is about to end these sessions. */
  ending(ids: Iterable<SessionId>, command: CommandId): void;
  /** The store said that it is gone. */
  ended(id: SessionId): void;
  /** The same of many; the list stays as it is. */
  allEnded(ids: readonly SessionId[]): void;
  commandFor(id: SessionId): { readonly id: CommandId } | null;
  /** A rule is about to end this session. */
  endingByRule(id: SessionId, rule: RuleId): void;
  ruleFor(id: SessionId): RuleId | null;
  /** It was gone before: whatever ended it, the command or rule did not. */
  notEnded(id: SessionId): void;
  /** Was it ended after this moment? Then what was read before is out of date. */
  endedSince(id: SessionId, since: EpochMs): boolean;
  note(event: AuditEvent): void;
  /** The logout that explains this session's end; each explains one. */
  takeLogout(session: { id: SessionId; account: string | null; ip: string | null }): EpochMs | null;
  credentialChangedAt(account: string | null): EpochMs | null;
  forgetOld(): void;
}

export function createEvidence(clock: Clock): Evidence {
  const commands = new Map<SessionId, Cause>();
  /** What was told of thousands at once and nobody has asked about yet: whoever ends them does not wait for that. */
  let told: (() => void)[] = [];
  const known = (): Map<SessionId, Cause> => {
    const now = told;
    told = [];
    for (const tell of now) tell();
    return commands;
  };
  let logouts: Logout[] = [];
  const credentials = new Map<string, { at: EpochMs; heardAt: EpochMs }>();
  return {
    ending(ids, command) {
      // Thousands at once share what is known of them until some of them end.
      const cause: Cause = { command, rule: null, at: clock(), endedAt: null };
      const all = [...ids];
      told.push(() => {
        for (const id of all) {
          commands.delete(id);
          commands.set(id, cause);
        }
      });
    },
    endingByRule(id, rule) {
      known().delete(id);
      commands.set(id, { command: null, rule, at: clock(), endedAt: null });
    },
    notEnded: (id) => void known().delete(id),
    ruleFor: (id) => known().get(id)?.rule ?? null,
    ended(id) {
      const entry = known().get(id);
      if (entry !== undefined) commands.set(id, { ...entry, endedAt: clock() });
    },
    allEnded(ids) {
      const endedAt = clock();
      told.push(() => {
        const ended = new Map<Cause, Cause>();
        for (const id of ids) {
          const entry = commands.get(id);
          if (entry === undefined) continue;
          const now = ended.get(entry) ?? { ...entry, endedAt };
          ended.set(entry, now);
          commands.set(id, now);
        }
      });
    },
    commandFor(id) {
      const command = known().get(id)?.command ?? null;
      return command === null ? null : { id: command };
    },
    endedSince(id, since) {
      const endedAt = known().get(id)?.endedAt ?? null;
      return endedAt !== null && endedAt >= since;
    },
    note(event) {
      const now = clock();
      if (event.outcome === 'failure' || now - event.at > KEPT_MS) return;
      const account = event.account?.id ?? null;
      if (event.action === 'logout') {
        logouts.push({
          session: event.sessionId ?? null,
          account,
          ip: event.ip ?? null,
          at: event.at,
          heardAt: now,
        });
      }
      const changed =
        event.action === 'password-changed' ||
        event.action === 'password-reset' ||
        event.action === 'account-blocked';
      if (changed && account !== null) credentials.set(account, { at: event.at, heardAt: now });
    },
    takeLogout({ id, account, ip }) {
      const byName = logouts.findIndex((entry) => entry.session === id);
      const byAccount = () =>
        account === null
          ? -1
          : logouts.findIndex(
              (entry) =>
                entry.session === null &&
                entry.account === account &&
                (entry.ip === null || ip === null || entry.ip === ip),
            );
      const at = byName >= 0 ? byName : byAccount();
      return logouts.splice(at, at >= 0 ? 1 : 0)[0]?.at ?? null;
    },
    credentialChangedAt: (account) => (account === null ? null : (credentials.get(account)?.at ?? null)),
    forgetOld() {
      const before = clock() - KEPT_MS;
      logouts = logouts.filter((entry) => entry.heardAt >= before).slice(-MAX_KEPT);
      for (const [account, entry] of credentials) if (entry.heardAt < before) credentials.delete(account);
      for (const [id, entry] of known()) {
        if ((entry.endedAt ?? entry.at) >= before && commands.size < 50 * MAX_KEPT) break;
        commands.delete(id);
      }
    },
  };
}
