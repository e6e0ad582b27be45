import { cloneState } from './codec.ts';
import type { Episode } from './episode.ts';

/** What a session looked like at one event. Null: not said. */
export interface SessionRow {
  id: string;
  ts: number;
  os: string | null;
  browser: string | null;
  ip: string | null;
  ipKey: string | null;
  family: 4 | 6 | null;
  country: string | null;
  asn: number | null;
  network: string | null;
  trusted: boolean;
}

export interface HijackEpisode extends Episode {
  rank: number;
  before: SessionRow;
  after: SessionRow;
  flipBacks: number;
}

/** State of one session between events. */
export interface SessionState {
  user: string | null;
  firstAt: number | null;
  firstId: string | null;
  lastActivityAt: number | null;
  lastActivityId: string | null;
  row: SessionRow | null;
  /** The last row of the old client, while a new one is at work. */
  before: SessionRow | null;
  ended: { id: string; ts: number; cause: string | null; revoked: boolean } | null;
  hijack: HijackEpisode | null;
  cameBack: Episode | null;
  idle: Episode | null;
  overlong: Episode | null;
}

/** A copy that shares what is never changed in place: rows, and how it ended. */
export const cloneSessionState = (state: SessionState): SessionState => ({
  user: state.user,
  firstAt: state.firstAt,
  firstId: state.firstId,
  lastActivityAt: state.lastActivityAt,
  lastActivityId: state.lastActivityId,
  row: state.row,
  before: state.before,
  ended: state.ended,
  hijack: cloneState(state.hijack),
  cameBack: cloneState(state.cameBack),
  idle: cloneState(state.idle),
  overlong: cloneState(state.overlong),
});

export const createSessionState = (): SessionState => ({
  user: null,
  firstAt: null,
  firstId: null,
  lastActivityAt: null,
  lastActivityId: null,
  row: null,
  before: null,
  ended: null,
  hijack: null,
  cameBack: null,
  idle: null,
  overlong: null,
});
