import type { OwnCounts } from '../risk/own-counts.ts';
import type { RiskPerson, RiskValue } from '../risk/risk-state.ts';
import type { PackReader, PackWriter } from './bytes.ts';
import { createPass } from './shape.ts';
import { putCounts } from './user-bytes.ts';
import { episode } from './user-pack.ts';

const putOwn = (own: OwnCounts, out: PackWriter): void => {
  if (own.many !== null) {
    out.uint(own.many.length);
    for (const level of own.many) putCounts(level, out);
    return;
  }
  const { ends, values, counts } = own;
  out.uint(ends.length);
  let at = 0;
  for (const end of ends) {
    out.uint(end - at);
    for (; at < end; at += 1) {
      out.text(values[at] ?? '');
      out.number(counts[at] ?? 0);
    }
  }
};
const takeOwn = (from: PackReader): OwnCounts => {
  const ends = new Array<number>(from.uint());
  const [values, counts]: [string[], number[]] = [[], []];
  for (let level = 0; level < ends.length; level += 1) {
    for (let left = from.uint(); left > 0; left -= 1) {
      values.push(from.name());
      counts.push(from.figure());
    }
    ends[level] = values.length;
  }
  return { ends, values, counts, many: null };
};

/** What is counted of a person, layout 1. */
export const putRiskPerson = (person: RiskPerson, out: PackWriter): void => {
  out.number(person.first);
  out.uint(person.logins);
  putOwn(person.own, out);
  const { last, asked } = person;
  out.flag(last !== null);
  if (last !== null) {
    out.number(last.ts);
    out.text(last.ip);
    out.number(last.risk);
  }
  out.flag(asked !== null);
  if (asked !== null) out.json(episode.write(asked, createPass()));
};

/** The inverse of putRiskPerson. */
export const takeRiskPerson = (from: PackReader): RiskPerson => {
  const first = from.number();
  const logins = from.uint();
  return {
    first,
    logins,
    own: takeOwn(from),
    last: from.flag() ? { ts: from.figure(), ip: from.text(), risk: from.number() } : null,
    asked: from.flag() ? episode.read(from.json(), createPass()) : null,
  };
};

/** What is counted of a value, layout 1. */
export const putRiskValue = (value: RiskValue, out: PackWriter): void => {
  out.uint(value.n);
  out.number(value.last);
  const { within } = value;
  out.uint(within === null ? 0 : within.length + 1);
  for (const level of within ?? []) {
    out.uint(level.length);
    for (const name of level) out.text(name);
  }
};

/** The inverse of putRiskValue. */
export const takeRiskValue = (from: PackReader): RiskValue => {
  const n = from.uint();
  const last = from.figure();
  const levels = from.uint();
  if (levels === 0) return { n, last, within: null };
  const within = new Array<string[]>(levels - 1);
  for (let level = 0; level < within.length; level += 1) {
    const names = new Array<string>(from.uint());
    for (let at = 0; at < names.length; at += 1) names[at] = from.name();
    within[level] = names;
  }
  return { n, last, within };
};
