import { inLearning } from '../learning.ts';
import type { PreparedEvent } from '../prepare.ts';
import type { DetectSettings } from '../settings.ts';
import type { AttackPrior } from './attack-prior.ts';
import { FEATURES, FEATURE_NAMES, levelsOf, type FeatureName } from './features.ts';
import { countOwn, ownCount } from './own-counts.ts';
import {
  createRiskPerson,
  createRiskState,
  type RiskPerson,
  type RiskState,
  type RiskValue,
} from './risk-state.ts';

/** How one feature of a login contributes. */
export interface FeatureFactor {
  /** p(x): how common the value is for everybody, smoothed. */
  readonly global: number;
  /** p(x|u): how common it is for this person; a quarter of global when never seen with them. */
  readonly local: number;
  /** global / local times the attack prior: what the feature multiplies the score by. */
  readonly ratio: number;
  /** Attack prior p(A|x) over an ordinary one's; 1 without attack data. */
  readonly attack: number;
  readonly levels: readonly {
    readonly level: string;
    readonly weight: number;
    readonly value: string | null;
    /** Earlier logins of this person with the value. */
    readonly own: number;
    /** Earlier logins of everybody with the value. */
    readonly all: number;
  }[];
}

export interface RiskScore {
  /** Raw product; null when the person has no earlier login to compare with. Above 1 is riskier than usual. */
  readonly value: number | null;
  readonly factors: {
    readonly ip?: FeatureFactor;
    readonly ua?: FeatureFactor;
    /** p(u|A) / p(u|L): rare users score higher. */
    readonly user?: {
      readonly pUserAttack: number;
      readonly pUserLegitimate: number;
      readonly ratio: number;
    };
    readonly history?: { readonly logins: number; readonly ownLogins: number; readonly users: number };
    /** Why there is no value. */
    readonly reason?: string;
  };
  readonly learning: boolean;
}

/**
 * What a model in a mirror keeps: values of a level of one person, and coarser values told apart of one exact value.
 * Of too many the one seen least leaves.
 */
export const BOUNDED: RiskLimits = { ofPerson: 96, within: 32 };
interface RiskLimits {
  readonly ofPerson: number;
  readonly within: number;
}
const UNBOUNDED: RiskLimits = { ofPerson: Infinity, within: Infinity };

/** A value of a login at one level, and what is counted of it. */
interface LookedUp {
  readonly value: string;
  readonly key: string;
  readonly held: RiskValue | undefined;
}
interface Looked {
  readonly event: PreparedEvent;
  readonly levels: Record<FeatureName, readonly (LookedUp | null)[]>;
}

const MOST_KEYS = 10_000;
/** The key of a value at a level; of coarse ones, which come again and again, the same text each time. */
const createKeys = (): ((level: string, j: number, value: string) => string) => {
  const byLevel = new Map<string, Map<string, string>>();
  return (level, j, value) => {
    if (j === 0) return `${level} ${value}`;
    let keys = byLevel.get(level);
    if (keys === undefined || keys.size >= MOST_KEYS) byLevel.set(level, (keys = new Map<string, string>()));
    let key = keys.get(value);
    if (key === undefined) keys.set(value, (key = `${level} ${value}`));
    return key;
  };
};
const offset = { ip: 0, ua: FEATURES.ip.length } as const;
const distinct = (levels: readonly (readonly string[])[]): number =>
  levels.reduce((sum, level) => sum + level.length, 0);

/**
 * The risk score of Freeman et al. (NDSS 2016) as implemented by Wiefling et al.:
 *
 *     S_u(x) = PROD_k [ p(A|x_k) * p(x_k) / p(x_k|u,L) ] * p(u|A) / p(u|L),  k in {IP, UA}
 *     p(u|A) = 1/|U|,  p(u|L) = n_u/N
 *     local_k  = SUM_j w_j n_u(x^j)/n_u                       (no smoothing)
 *     global_k = w_1 g_1 + SUM_{j>=2} w_j n(x^j)/N
 *     g_1 = [n1/(n1+U1)] n1/(N+M) if n1 > 0, else 1/(N+M)
 *     M  = 1 + SUM_{j>=2} distinct values of level j
 *     U1 = 1 + SUM_{j>=2} distinct values of level j among the logins with x^1
 *     local_k = 0: the ratio is exactly 4
 *
 * Only successful logins enter the history, in event time. An unknown level adds nothing to either side; a
 * feature of which nothing is known is left out.
 */
export const createRiskModel = (
  learning: DetectSettings['learning'],
  state: RiskState = createRiskState(),
  attackPrior: AttackPrior = () => 1,
  limits: RiskLimits = UNBOUNDED,
) => {
  const { people, totals } = state;
  /** What was looked up to score a login, for learning it at once. */
  let looked: Looked | null = null;
  const keyOf = createKeys();

  const lookUp = (event: PreparedEvent): Looked => {
    const levels = FEATURE_NAMES.map((feature) => {
      const values = levelsOf(event, feature);
      return FEATURES[feature].map(({ level }, j): LookedUp | null => {
        const value = values[j] ?? null;
        if (value === null) return null;
        const key = keyOf(level, j, value);
        return { value, key, held: state.values.get(key) };
      });
    });
    return (looked = { event, levels: { ip: levels[0] ?? [], ua: levels[1] ?? [] } });
  };

  const factorOf = (
    { event, levels: looks }: Looked,
    feature: FeatureName,
    person: RiskPerson,
  ): FeatureFactor | null => {
    const values = looks[feature];
    if (values.every((value) => value === null)) return null;
    const { logins: total } = totals;
    const own = person.logins;
    const within = values[0]?.held?.within ?? [];
    const levels = FEATURES[feature].map(({ level, weight }, j) => {
      const found = values[j] ?? null;
      if (found === null) return { level, weight, value: null, own: 0, all: 0 };
      const mine = ownCount(person.own, offset[feature] + j, found.value);
      return { level, weight, value: found.value, own: mine, all: found.held?.n ?? 0 };
    });
    const exact = levels[0];
    const n1 = exact?.all ?? 0;
    const m = 1 + totals.distinct[feature];
    const u1 = 1 + distinct(within);
    const g1 = n1 > 0 ? (n1 / (n1 + u1)) * (n1 / (total + m)) : 1 / (total + m);
    let global = (exact?.weight ?? 0) * g1;
    for (const { weight, all } of levels.slice(1)) global += weight * (all / total);
    let local = 0;
    for (const { weight, own: mine } of levels) local += weight * (mine / own);
    const unseen = local === 0;
    const attack = attackPrior(event, feature);
    return {
      global,
      local: unseen ? global / 4 : local,
      ratio: (unseen ? 4 : global / local) * attack,
      attack,
      levels,
    };
  };

  return {
    /** Scores a login against what was learned before it. */
    score(event: PreparedEvent): RiskScore {
      const person = event.user === null ? undefined : people.get(event.user);
      const isLearning = inLearning(person ?? createRiskPerson(), event.ts, learning);
      if (!person || person.logins === 0)
        return {
          value: null,
          factors: { reason: event.user === null ? 'no account' : 'first login of this person' },
          learning: isLearning,
        };
      const pUserAttack = 1 / totals.users;
      const pUserLegitimate = person.logins / totals.logins;
      const userRatio = pUserAttack / pUserLegitimate;
      let value = userRatio;
      const features: { ip?: FeatureFactor; ua?: FeatureFactor } = {};
      const found = lookUp(event);
      for (const feature of FEATURE_NAMES) {
        const factor = factorOf(found, feature, person);
        if (factor === null) continue;
        features[feature] = factor;
        value *= factor.ratio;
      }
      const user = { pUserAttack, pUserLegitimate, ratio: userRatio };
      const history = { logins: totals.logins, ownLogins: person.logins, users: totals.users };
      const { ip, ua } = features;
      return {
        value,
        // Nearly always: fields that follow a spread are looked up anew for each object.
        factors: ip && ua ? { ip, ua, user, history } : { ...features, user, history },
        learning: isLearning,
      };
    },

    /** Adds a successful login to the history; `risk` is what it was given, 0 to 100. */
    learn(event: PreparedEvent, risk: number | null = null): void {
      if (event.user === null) return;
      const held = people.get(event.user);
      const person = held ?? createRiskPerson();
      if (held === undefined) {
        people.set(event.user, person);
        totals.users += 1;
      } else people.touch(event.user);
      totals.logins += 1;
      person.first ??= event.ts;
      person.logins += 1;
      if (person.last === null || event.ts >= person.last.ts)
        person.last = { ts: event.ts, ip: event.ip, risk };
      const { levels } = looked?.event === event ? looked : lookUp(event);
      looked = null;
      for (const feature of FEATURE_NAMES) {
        const values = levels[feature];
        values.forEach((found, j) => {
          if (found === null) return;
          countOwn(person.own, offset[feature] + j, found.value, limits.ofPerson);
          const one = countForAll(found, event.ts);
          if (j > 0) {
            if (one.n === 1) totals.distinct[feature] += 1;
          } else addWithin(one, values);
        });
      }
    },
  };

  function countForAll({ key, held }: LookedUp, ts: number): RiskValue {
    const one: RiskValue = held ?? { n: 0, last: ts, within: null };
    if (held === undefined) state.values.set(key, one);
    else state.values.touch(key);
    one.n += 1;
    if (ts > one.last) one.last = ts;
    return one;
  }
  /** Of an exact value: the coarser ones that it comes with. */
  function addWithin(one: RiskValue, levels: readonly (LookedUp | null)[]): void {
    const within = (one.within ??= levels.slice(1).map(() => []));
    for (let k = 0; k < within.length; k += 1) {
      const values = within[k];
      const value = levels[k + 1]?.value;
      if (value === undefined || !values || values.includes(value) || values.length >= limits.within)
        continue;
      values.push(value);
    }
  }
};
