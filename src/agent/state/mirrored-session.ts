import type { SessionId } from '#shared/domain/ids.ts';

/** A live session as it is kept. */
export interface MirroredSession {
  readonly n: number;
  readonly id: SessionId;
  readonly sealed: Buffer;
  /** JSON of the wire record. */
  readonly record: string;
  readonly account: string | null;
  readonly via: string | null;
  readonly opened_at: number | null;
  readonly last_at: number | null;
  readonly expires_at: number | null;
  readonly ip: string | null;
  readonly first_seen_at: number;
  readonly reported_at: number;
  readonly pending: number;
}

/** What the end of a session needs. */
export type BriefSession = Pick<MirroredSession, 'n' | 'id' | 'account' | 'via'>;
