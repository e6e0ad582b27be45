import { ownCountsOf, ownMaps, type OwnCounts } from '../risk/own-counts.ts';
import type { RiskPerson, RiskValue } from '../risk/risk-state.ts';
import { list, map, maybe, object, plain, type Shape } from './shape.ts';
import { episode } from './user-pack.ts';

const number = plain<number>();

const maps = list(map(number));
const ownCounts: Shape<OwnCounts> = {
  write: (own, pass) => maps.write([...ownMaps(own)], pass),
  read: (json, pass) => ownCountsOf(maps.read(json, pass)),
};

export const riskPersonPack: Shape<RiskPerson> = object<RiskPerson>({
  first: plain<number | null>(),
  logins: number,
  own: ownCounts,
  last: maybe(
    object<NonNullable<RiskPerson['last']>>({
      ts: number,
      ip: plain<string | null>(),
      risk: plain<number | null>(),
    }),
  ),
  asked: maybe(episode),
});

export const riskValuePack: Shape<RiskValue> = object<RiskValue>({
  n: number,
  last: number,
  within: plain<string[][] | null>(),
});
