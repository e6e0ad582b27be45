import type { Episode } from '../episode.ts';
import type { Sights } from '../sights.ts';
import type { FailureRun, LiveSession, Point, Profile, UserState } from '../user-state.ts';
import { alike, list, map, maybe, object, plain, shared, type Shape } from './shape.ts';

const text = plain<string>();
const number = plain<number>();
const flag = plain<boolean>();
const maybeText = plain<string | null>();
const maybeNumber = plain<number | null>();

export const EPISODE = {
  at: text,
  raisedAt: number,
  lastAt: number,
  count: number,
  events: plain<string[]>(),
  silent: flag,
  until: number,
  toldAt: number,
  rows: plain<unknown[]>(),
};
export const MAY_BE_ABSENT = ['until', 'toldAt', 'rows'] as const;
export const episode: Shape<Episode> = object<Episode>(EPISODE, MAY_BE_ABSENT);
export const episodes = alike(map(episode));

const POINT = {
  id: text,
  ts: number,
  ip: maybeText,
  ipKey: maybeText,
  family: plain<4 | 6 | null>(),
  country: maybeText,
  city: maybeText,
  lat: maybeNumber,
  lon: maybeNumber,
  asn: maybeNumber,
  asOrg: maybeText,
  network: maybeText,
  session: maybeText,
  habit: flag,
  ownDevice: flag,
};
const point = shared(object<Point>(POINT));
const liveSession = shared(object<LiveSession>({ ...POINT, expiresAt: maybeNumber }));
export const failureRun = object<FailureRun>(
  { ...EPISODE, sources: map(number), reasons: map(number), allExempt: flag },
  MAY_BE_ABSENT,
);

const COLUMNS = 4;
/** Columns; of a copy with the same names only the rows that differ: which, its figures, its event. */
const sights = (): Shape<Sights> => {
  const own: Shape<Sights> = {
    write(value, pass) {
      const before = pass.last.get(own) as Sights | undefined;
      pass.last.set(own, value);
      if (before === undefined || !sameNames(before, value))
        return value.names.length === 0 ? 0 : [value.names, value.figures, value.ids];
      const rows: unknown[] = [];
      for (let at = 0; at < value.names.length; at += 1) {
        if (sameRow(before, value, at)) continue;
        rows.push(at, ...value.figures.slice(at * COLUMNS, (at + 1) * COLUMNS), value.ids[at]);
      }
      return [rows];
    },
    read(json, pass) {
      const before = pass.last.get(own) as Sights | undefined;
      const value = json === 0 ? { names: [], figures: [], ids: [] } : readSights(json as unknown[], before);
      pass.last.set(own, value);
      return value;
    },
  };
  return own;
};
const sameNames = (a: Sights, b: Sights): boolean =>
  b.names.length > 0 &&
  (a.names === b.names ||
    (a.names.length === b.names.length && a.names.every((name, at) => name === b.names[at])));
const sameRow = (a: Sights, b: Sights, at: number): boolean => {
  if (a.ids[at] !== b.ids[at]) return false;
  for (let column = at * COLUMNS; column < (at + 1) * COLUMNS; column += 1)
    if (a.figures[column] !== b.figures[column]) return false;
  return true;
};
const readSights = (json: readonly unknown[], before: Sights | undefined): Sights => {
  if (json.length > 1 || before === undefined) {
    const [names, figures, ids] = json as [string[], number[], string[]];
    return { names, figures, ids };
  }
  const value = { names: before.names, figures: before.figures.slice(), ids: before.ids.slice() };
  const rows = json[0] as unknown[];
  for (let row = 0; row < rows.length; row += COLUMNS + 2) {
    const at = Number(rows[row]);
    for (let column = 0; column < COLUMNS; column += 1)
      value.figures[at * COLUMNS + column] = Number(rows[row + 1 + column]);
    value.ids[at] = String(rows[row + 1 + COLUMNS]);
  }
  return value;
};

const profile = object<Profile>({
  first: maybeNumber,
  last: maybeNumber,
  lastId: maybeText,
  logins: number,
  countries: sights(),
  devices: sights(),
  asns: sights(),
  addresses: sights(),
  families: sights(),
  hours: plain<number[]>(),
});

export const userPack: Shape<UserState> = object<UserState>({
  profile,
  place: maybe(point),
  ground: maybe(point),
  failures: object<UserState['failures']>({
    ts: plain<number[]>(),
    id: plain<string[]>(),
    source: plain<string[]>(),
    reason: plain<string[]>(),
  }),
  retries: map(number),
  failureRun: maybe(failureRun),
  successes: list(point),
  live: map(liveSession),
  overLimit: maybe(episode),
  recentPlaces: list(point),
  episodes,
});
