import type { Episode } from '../episode.ts';
import type { HijackEpisode, SessionRow, SessionState } from '../session-state.ts';
import { maybe, object, plain, type Shape } from './shape.ts';
import { EPISODE, episode, MAY_BE_ABSENT } from './user-pack.ts';

const maybeText = plain<string | null>();
const maybeNumber = plain<number | null>();

const row = object<SessionRow>({
  id: plain<string>(),
  ts: plain<number>(),
  os: maybeText,
  browser: maybeText,
  ip: maybeText,
  ipKey: maybeText,
  family: plain<4 | 6 | null>(),
  country: maybeText,
  asn: maybeNumber,
  network: maybeText,
  trusted: plain<boolean>(),
});
const hijack = object<HijackEpisode>(
  { ...EPISODE, rank: plain<number>(), before: row, after: row, flipBacks: plain<number>() },
  MAY_BE_ABSENT,
);
const maybeEpisode: Shape<Episode | null> = maybe(episode);

export const sessionPack: Shape<SessionState> = object<SessionState>({
  user: maybeText,
  firstAt: maybeNumber,
  firstId: maybeText,
  lastActivityAt: maybeNumber,
  lastActivityId: maybeText,
  row: maybe(row),
  before: maybe(row),
  ended: plain<SessionState['ended']>(),
  hijack: maybe(hijack),
  cameBack: maybeEpisode,
  idle: maybeEpisode,
  overlong: maybeEpisode,
});
