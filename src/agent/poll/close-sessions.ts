import type { SessionId } from '#shared/domain/ids.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import type { Session } from '#shared/protocol/records.ts';
import type { MirroredSession } from '../state/session-mirror.ts';
import type { ReadContext } from './context.ts';
import { explainEnd, pairReplaced } from './diff.ts';
import { sessionOf } from './recorder.ts';
import type { FreshSession } from './session-reader.ts';

/** More than this at once is not one person's renewal: no pairing, which would be slow. */
const MAX_PAIRED = 2_000;

/**
 * Records the ends of `gone` with their causes and the starts of `fresh`, in one transaction.
 * @param times since: when the store was looked at before; began: when this look began, what was ended after that is not
 *   taken for alive; listedAt: when a complete listing last named every mirrored session
 * @returns false when some were left out because they were ended meanwhile: they may have come back
 */
export function recordEndsAndStarts(
  context: ReadContext,
  gone: readonly MirroredSession[],
  fresh: ReadonlyMap<SessionId, FreshSession>,
  times: { readonly since: EpochMs; readonly began: EpochMs; readonly listedAt: number },
): boolean {
  const { state, recorder, evidence, clock } = context;
  return recorder.record(() => {
    let all = true;
    const now = clock();
    // A command may have closed some while the store was read.
    const still = gone.filter((row) => state.sessions.get(row.id)?.n === row.n);
    const unexplained: MirroredSession[] = [];
    const logouts = new Map<SessionId, EpochMs>();
    for (const row of still) {
      const ours = evidence.commandFor(row.id) !== null || evidence.ruleFor(row.id) !== null;
      const logout = ours ? null : evidence.takeLogout(row);
      if (logout !== null) logouts.set(row.id, logout);
      else unexplained.push(row);
    }
    const pairs = pair(unexplained, [...fresh.values()], times.since);
    const replaces = new Map([...pairs].map(([old, next]) => [next, old]));
    for (const row of still) {
      const end = explainEnd(
        {
          expiresAt: row.expires_at,
          lastListedAt: times.listedAt,
          command: evidence.commandFor(row.id),
          rule: evidence.ruleFor(row.id),
          logoutAt: logouts.get(row.id) ?? null,
          replaced: pairs.has(row.id),
          credentialChangedAt: evidence.credentialChangedAt(row.account),
        },
        now,
      );
      if (end.reason !== 'replaced') {
        const next = pairs.get(row.id);
        if (next !== undefined) replaces.delete(next);
      }
      recorder.closed(row, end);
    }
    for (const { session, sealed } of fresh.values()) {
      if (state.sessions.numberOf(session.id) !== undefined) continue;
      if (evidence.endedSince(session.id, times.began)) all = false;
      else recorder.opened(withReplaces(session, replaces.get(session.id)), sealed);
    }
    return all;
  });
}

function pair(gone: readonly MirroredSession[], fresh: readonly FreshSession[], since: EpochMs) {
  if (gone.length > MAX_PAIRED || fresh.length > MAX_PAIRED) return new Map<SessionId, SessionId>();
  return pairReplaced(
    gone.map((row) => sessionOf(row)),
    fresh.map(({ session }) => session),
    since,
  );
}

function withReplaces(session: Session, old: SessionId | undefined): Session {
  if (old === undefined || session.replaces !== undefined) return session;
  const { attributes, ...rest } = session;
  return { ...rest, replaces: old, ...(attributes === undefined ? {} : { attributes }) };
}
