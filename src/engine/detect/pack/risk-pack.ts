import type { RiskPerson, RiskValue } from '../risk/risk-state.ts';
import { list, map, maybe, object, plain, type Shape } from './shape.ts';
import { episode } from './user-pack.ts';

const number = plain<number>();

export const riskPersonPack: Shape<RiskPerson> = object<RiskPerson>({
  first: plain<number | null>(),
  logins: number,
  levels: list(map(number)),
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
