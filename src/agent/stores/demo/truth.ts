import type { EndCause, SessionRow, Witness } from './state.ts';

export interface TrueSession {
  readonly key: string;
  readonly userId: number;
  readonly masqueradeBy: number | null;
  readonly userAgent: string;
  readonly from: number;
  /** Null while it lasts. */
  to: number | null;
  cause: EndCause | null;
}

/** Remembers every session the simulator knew of; memory grows with them, so only tests switch it on. */
export class Truth implements Witness {
  readonly #sessions = new Map<string, TrueSession>();

  opened(session: SessionRow): void {
    this.#sessions.set(session.id, {
      key: session.id,
      userId: session.userId,
      masqueradeBy: session.masqueradeBy,
      userAgent: session.openedUserAgent,
      from: session.createdAt,
      to: null,
      cause: null,
    });
  }

  ended(session: SessionRow, at: number, cause: EndCause): void {
    const known = this.#sessions.get(session.id);
    if (known === undefined) return;
    known.to = at;
    known.cause = cause;
  }

  sessions(): readonly TrueSession[] {
    return [...this.#sessions.values()];
  }

  /** Sessions that were usable at an instant: opened by then, not yet ended. */
  whoWasSignedInAt(at: number): readonly TrueSession[] {
    return this.sessions().filter(
      (session) => session.from <= at && (session.to === null || session.to > at),
    );
  }
}
