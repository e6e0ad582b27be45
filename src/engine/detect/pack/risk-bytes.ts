import type { RiskPerson, RiskValue } from '../risk/risk-state.ts';
import type { PackReader, PackWriter } from './bytes.ts';
import { createPass } from './shape.ts';
import { putCounts, takeCounts } from './user-bytes.ts';
import { episode } from './user-pack.ts';

/** What is counted of a person, layout 1. */
export const putRiskPerson = (person: RiskPerson, out: PackWriter): void => {
  out.number(person.first);
  out.uint(person.logins);
  out.uint(person.levels.length);
  for (const level of person.levels) putCounts(level, out);
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
  const levels: Map<string, number>[] = [];
  for (let left = from.uint(); left > 0; left -= 1) levels.push(takeCounts(from));
  return {
    first,
    logins,
    levels,
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
  const within: string[][] = [];
  for (let level = 1; level < levels; level += 1) {
    const names: string[] = [];
    for (let left = from.uint(); left > 0; left -= 1) names.push(from.name());
    within.push(names);
  }
  return { n, last, within };
};
