import type { Episode } from '../episode.ts';
import type { Sights } from '../sights.ts';
import type { LiveSession, Point, Profile, UserState } from '../user-state.ts';
import type { PackReader, PackWriter } from './bytes.ts';
import { createPass } from './shape.ts';
import { episode, episodes, failureRun } from './user-pack.ts';

type Family = 4 | 6 | null;

// Lists are made as long as they are: one that grows has room for sixteen more, and there are twenty of them for every person.
const namesOf = (from: PackReader, many: number): string[] => {
  const names = new Array<string>(many);
  for (let at = 0; at < many; at += 1) names[at] = from.name();
  return names;
};
const figuresOf = (from: PackReader, many: number): number[] => {
  const figures = new Array<number>(many);
  for (let at = 0; at < many; at += 1) figures[at] = from.figure();
  return figures;
};

const putSights = ({ names, figures, ids }: Sights, out: PackWriter): void => {
  out.uint(names.length);
  for (const name of names) out.text(name);
  for (const figure of figures) out.number(figure);
  for (const id of ids) out.text(id);
};
const COLUMNS = 4;
const takeSights = (from: PackReader): Sights => {
  const many = from.uint();
  const names = namesOf(from, many);
  const figures = figuresOf(from, many * COLUMNS);
  return { names, figures, ids: namesOf(from, many) };
};

const putProfile = (profile: Profile, out: PackWriter): void => {
  out.number(profile.first);
  out.number(profile.last);
  out.text(profile.lastId);
  out.uint(profile.logins);
  putSights(profile.countries, out);
  putSights(profile.devices, out);
  putSights(profile.asns, out);
  putSights(profile.addresses, out);
  putSights(profile.families, out);
  out.uint(profile.hours.length);
  for (const hour of profile.hours) out.uint(hour);
};
const takeProfile = (from: PackReader): Profile => ({
  first: from.number(),
  last: from.number(),
  lastId: from.text(),
  logins: from.uint(),
  countries: takeSights(from),
  devices: takeSights(from),
  asns: takeSights(from),
  addresses: takeSights(from),
  families: takeSights(from),
  hours: takeUints(from),
});

const putPointParts = (point: Point, out: PackWriter): void => {
  out.text(point.id);
  out.number(point.ts);
  out.text(point.ip);
  out.text(point.ipKey);
  out.uint(point.family ?? 0);
  out.text(point.country);
  out.text(point.city);
  out.number(point.lat);
  out.number(point.lon);
  out.number(point.asn);
  out.text(point.asOrg);
  out.text(point.network);
  out.text(point.session);
  out.flag(point.habit);
  out.flag(point.ownDevice);
};
const takePointParts = (from: PackReader): Point => ({
  id: from.name(),
  ts: from.figure(),
  ip: from.text(),
  ipKey: from.text(),
  family: familyOf(from.uint()),
  country: from.text(),
  city: from.text(),
  lat: from.number(),
  lon: from.number(),
  asn: from.number(),
  asOrg: from.text(),
  network: from.text(),
  session: from.text(),
  habit: from.flag(),
  ownDevice: from.flag(),
});
/** The parts one by one: a spread would give each an object of a shape of its own. */
const takeLive = (from: PackReader): LiveSession => {
  const point = takePointParts(from);
  return {
    id: point.id,
    ts: point.ts,
    ip: point.ip,
    ipKey: point.ipKey,
    family: point.family,
    country: point.country,
    city: point.city,
    lat: point.lat,
    lon: point.lon,
    asn: point.asn,
    asOrg: point.asOrg,
    network: point.network,
    session: point.session,
    habit: point.habit,
    ownDevice: point.ownDevice,
    expiresAt: from.number(),
  };
};
const familyOf = (family: number): Family => (family === 4 || family === 6 ? family : null);

/** Points are never changed in place and named from several lists: each is written once. 0: none, 1: this one follows. */
const putPoint = (point: Point | null, met: Point[], out: PackWriter): void => {
  if (point === null) {
    out.uint(0);
    return;
  }
  const before = met.indexOf(point);
  out.uint(before + 2);
  if (before >= 0) return;
  met.push(point);
  putPointParts(point, out);
};
const takePoint = (from: PackReader, met: Point[]): Point | null => {
  const which = from.uint();
  if (which === 0) return null;
  const before = met[which - 2];
  if (before !== undefined) return before;
  const point = takePointParts(from);
  met.push(point);
  return point;
};
const putPoints = (points: readonly Point[], met: Point[], out: PackWriter): void => {
  out.uint(points.length);
  for (const point of points) putPoint(point, met, out);
};
const takePoints = (from: PackReader, met: Point[]): Point[] => {
  const points: Point[] = [];
  for (let left = from.uint(); left > 0; left -= 1) {
    const point = takePoint(from, met);
    if (point !== null) points.push(point);
  }
  return points;
};

const putTexts = (texts: readonly string[], out: PackWriter): void => {
  out.uint(texts.length);
  for (const text of texts) out.text(text);
};
const takeTexts = (from: PackReader): string[] => namesOf(from, from.uint());
const putFigures = (figures: readonly number[], out: PackWriter): void => {
  out.uint(figures.length);
  for (const figure of figures) out.number(figure);
};
const takeFigures = (from: PackReader): number[] => figuresOf(from, from.uint());
const takeUints = (from: PackReader): number[] => {
  const figures = new Array<number>(from.uint());
  for (let at = 0; at < figures.length; at += 1) figures[at] = from.uint();
  return figures;
};

/** Counts or times by name. */
export const putCounts = (counts: ReadonlyMap<string, number>, out: PackWriter): void => {
  out.uint(counts.size);
  if (counts.size === 0) return;
  for (const [name, value] of counts) {
    out.text(name);
    out.number(value);
  }
};
export const takeCounts = (from: PackReader): Map<string, number> => {
  const counts = new Map<string, number>();
  for (let left = from.uint(); left > 0; left -= 1) {
    const name = from.name();
    counts.set(name, from.figure());
  }
  return counts;
};

/** Which of the rare parts there are; they are written as JSON. */
const RUN = 1;
const LIMIT = 2;
const EPISODES = 4;

/** What is known of a person, layout 1. */
export const putUser = (state: UserState, out: PackWriter): void => {
  const met: Point[] = [];
  putProfile(state.profile, out);
  putPoint(state.place, met, out);
  putPoint(state.ground, met, out);
  const { failures } = state;
  putFigures(failures.ts, out);
  if (failures.ts.length > 0) {
    putTexts(failures.id, out);
    putTexts(failures.source, out);
    putTexts(failures.reason, out);
  }
  putCounts(state.retries, out);
  putPoints(state.successes, met, out);
  out.uint(state.live.size);
  if (state.live.size > 0)
    for (const [session, live] of state.live) {
      out.text(session);
      putPointParts(live, out);
      out.number(live.expiresAt);
    }
  putPoints(state.recentPlaces, met, out);
  const rare =
    (state.failureRun === null ? 0 : RUN) |
    (state.overLimit === null ? 0 : LIMIT) |
    (state.episodes.size === 0 ? 0 : EPISODES);
  out.uint(rare);
  if (rare === 0) return;
  const pass = createPass();
  if (state.failureRun !== null) out.json(failureRun.write(state.failureRun, pass));
  if (state.overLimit !== null) out.json(episode.write(state.overLimit, pass));
  if (state.episodes.size > 0) out.json(episodes.write(state.episodes, pass));
};

/** The inverse of putUser. */
export const takeUser = (from: PackReader): UserState => {
  const met: Point[] = [];
  const profile = takeProfile(from);
  const place = takePoint(from, met);
  const ground = takePoint(from, met);
  const ts = takeFigures(from);
  const failures =
    ts.length === 0
      ? { ts, id: [], source: [], reason: [] }
      : { ts, id: takeTexts(from), source: takeTexts(from), reason: takeTexts(from) };
  const retries = takeCounts(from);
  const successes = takePoints(from, met);
  const live = new Map<string, LiveSession>();
  for (let left = from.uint(); left > 0; left -= 1) {
    const session = from.name();
    live.set(session, takeLive(from));
  }
  const recentPlaces = takePoints(from, met);
  const rare = from.uint();
  const pass = rare === 0 ? null : createPass();
  return {
    profile,
    place,
    ground,
    failures,
    retries,
    failureRun: pass === null || (rare & RUN) === 0 ? null : failureRun.read(from.json(), pass),
    successes,
    live,
    overLimit: pass === null || (rare & LIMIT) === 0 ? null : episode.read(from.json(), pass),
    recentPlaces,
    episodes:
      pass === null || (rare & EPISODES) === 0
        ? new Map<string, Episode>()
        : episodes.read(from.json(), pass),
  };
};
