import { z } from 'zod';
import type { LoginRisk, RiskFactor } from '#shared/ipc/detections-views.ts';
import type { ReadableDb } from '../mirror/database.ts';

const Row = z.object({ score: z.number().nullable(), learning: z.number(), counts: z.string().nullable() });
const Level = z.tuple([z.string(), z.string().nullable(), z.number(), z.number()]);
/** As the mirror keeps it: feature, ratio, and its levels as [level, value, own, all]. */
const Counts = z.array(z.tuple([z.enum(['ip', 'ua', 'user']), z.number(), z.array(Level)]));

/** A score on a scale of 0 to 100: 50 is as usual, above is riskier. */
const riskOf = (score: number): number => Math.round((100 * score) / (score + 1));

/** The risk of one sign-in with its factors; null when it has none. */
export function loginRisk(db: ReadableDb, connection: number, event: string): LoginRisk | null {
  const raw = db
    .prepare('SELECT score, learning, counts FROM login_risk WHERE connection = ? AND event = ?')
    .get(connection, event);
  if (raw === undefined) return null;
  const row = Row.parse(raw);
  const counts = row.counts === null ? [] : Counts.parse(JSON.parse(row.counts));
  return {
    score: row.score,
    risk: row.score === null ? null : riskOf(row.score),
    learning: row.learning === 1,
    factors: counts.map(([feature, ratio, levels]): RiskFactor => ({
      feature,
      ratio,
      levels: levels.map(([level, value, own, all]) => ({ level, value, own, all })),
    })),
  };
}
