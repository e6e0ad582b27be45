import { inLearning } from '../learning.ts';
import type { PreparedEvent } from '../prepare.ts';
import type { DetectSettings } from '../settings.ts';
import { createProfile, type Profile } from '../user-state.ts';
import { FEATURES, FEATURE_NAMES, levelsOf, type FeatureName } from './features.ts';

/** How one feature of a login contributes. */
export interface FeatureFactor {
  /** p(x): how common the value is for everybody, smoothed. */
  readonly global: number;
  /** p(x|u): how common it is for this person; a quarter of global when never seen with them. */
  readonly local: number;
  /** global / local times the attack prior: what the feature multiplies the score by. */
  readonly ratio: number;
  /** Attack prior p(A|x); 1 without attack data. */
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

/** p(A|x) of one feature of a login, 0 to 1. */
export type AttackPrior = (event: PreparedEvent, feature: FeatureName) => number;

interface Counts {
  /** At [feature level]: value → logins. */
  readonly levels: Map<string, number>[];
}
interface Person extends Counts {
  readonly profile: Profile;
}
interface FeatureTable extends Counts {
  /** Exact value → for each coarser level, the distinct values among its logins. */
  readonly within: Map<string, Set<string>[]>;
}

const add = (map: Map<string, number>, key: string): void => {
  map.set(key, (map.get(key) ?? 0) + 1);
};
const distinct = (counts: readonly { readonly size: number }[]): number =>
  counts.reduce((sum, level) => sum + level.size, 0);

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
export const createRiskModel = (learning: DetectSettings['learning'], attackPrior: AttackPrior = () => 1) => {
  let total = 0;
  const people = new Map<string, Person>();
  const tables: Record<FeatureName, FeatureTable> = {
    ip: { levels: FEATURES.ip.map(() => new Map<string, number>()), within: new Map() },
    ua: { levels: FEATURES.ua.map(() => new Map<string, number>()), within: new Map() },
  };
  const offset = { ip: 0, ua: FEATURES.ip.length } as const;

  const factorOf = (event: PreparedEvent, feature: FeatureName, person: Person): FeatureFactor | null => {
    const values = levelsOf(event, feature);
    if (values.every((value) => value === null)) return null;
    const table = tables[feature];
    const own = person.profile.logins;
    const levels = FEATURES[feature].map(({ level, weight }, j) => {
      const value = values[j] ?? null;
      const at = (map: ReadonlyMap<string, number> | undefined): number =>
        value === null ? 0 : (map?.get(value) ?? 0);
      return { level, weight, value, own: at(person.levels[offset[feature] + j]), all: at(table.levels[j]) };
    });
    const exact = levels[0];
    const n1 = exact?.all ?? 0;
    const m = 1 + distinct(table.levels.slice(1));
    const within = table.within.get(exact?.value ?? '');
    const u1 = 1 + distinct(within ?? []);
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
      const isLearning = inLearning(person?.profile ?? createProfile(), event.ts, learning);
      if (!person || person.profile.logins === 0)
        return {
          value: null,
          factors: { reason: event.user === null ? 'no account' : 'first login of this person' },
          learning: isLearning,
        };
      const pUserAttack = 1 / people.size;
      const pUserLegitimate = person.profile.logins / total;
      const userRatio = pUserAttack / pUserLegitimate;
      let value = userRatio;
      const features: { ip?: FeatureFactor; ua?: FeatureFactor } = {};
      for (const feature of FEATURE_NAMES) {
        const factor = factorOf(event, feature, person);
        if (factor === null) continue;
        features[feature] = factor;
        value *= factor.ratio;
      }
      return {
        value,
        factors: {
          ...features,
          user: { pUserAttack, pUserLegitimate, ratio: userRatio },
          history: { logins: total, ownLogins: person.profile.logins, users: people.size },
        },
        learning: isLearning,
      };
    },

    /** Adds a successful login to the history. */
    learn(event: PreparedEvent): void {
      if (event.user === null) return;
      let person = people.get(event.user);
      if (!person) {
        const levels = [...FEATURES.ip, ...FEATURES.ua].map(() => new Map<string, number>());
        person = { profile: createProfile(), levels };
        people.set(event.user, person);
      }
      total += 1;
      person.profile.first ??= event.ts;
      person.profile.logins += 1;
      for (const feature of FEATURE_NAMES) {
        const values = levelsOf(event, feature);
        const table = tables[feature];
        values.forEach((value, j) => {
          if (value === null) return;
          const [mine, all] = [person.levels[offset[feature] + j], table.levels[j]];
          if (mine) add(mine, value);
          if (all) add(all, value);
        });
        const [exact, ...coarser] = values;
        if (exact === null || exact === undefined) continue;
        let within = table.within.get(exact);
        if (!within) table.within.set(exact, (within = coarser.map(() => new Set<string>())));
        coarser.forEach((value, j) => {
          if (value !== null) within[j]?.add(value);
        });
      }
    },
  };
};
