import { z } from 'zod';
import type { LoginRisk, RiskFactor } from '#shared/ipc/detections-views.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { FEATURES } from '../detect/risk/features.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { riskOf } from '../detect/risk/risk-scale.ts';

const Row = z.object({ score: z.number().nullable(), learning: z.number(), counts: z.string().nullable() });
/** As write-risk.ts keeps it. */
const Counts = z.array(z.number());

const versioned = (one: { readonly name: string; readonly version: string | null } | null | undefined) =>
  one === null || one === undefined ? null : one.version === null ? one.name : `${one.name} ${one.version}`;

/** The values that the levels of a sign-in have, in the words of the mirror. */
const valuesOf = ({ ip, network, place, userAgent, device }: AuditRow) => ({
  ip: [ip, network === null ? null : `AS${String(network.asn)}`, place?.country ?? null],
  ua: [userAgent, versioned(device?.browser), versioned(device?.system), device?.deviceClass ?? null],
});

/** The risk of one sign-in with its factors, by the key of its event; null when it has none. */
export function loginRisk(db: ReadableDb, key: number, event: AuditRow | null): LoginRisk | null {
  const raw = db.prepare('SELECT score, learning, counts FROM login_risk WHERE event = ?').get(key);
  if (raw === undefined) return null;
  const row = Row.parse(raw);
  const counts = row.counts === null ? null : Counts.parse(JSON.parse(row.counts));
  return {
    score: row.score,
    risk: riskOf(row.score),
    learning: row.learning === 1,
    basis: counts === null ? null : { own: counts[0] ?? 0, all: counts[1] ?? 0, people: counts[2] ?? 0 },
    factors: counts === null ? [] : factorsOf(counts, event),
  };
}

function factorsOf(counts: readonly number[], event: AuditRow | null): readonly RiskFactor[] {
  const values = event === null ? null : valuesOf(event);
  const at = (index: number): number => counts[index] ?? 0;
  let from = 4;
  const factors: RiskFactor[] = [{ feature: 'user', ratio: at(3), attack: 1, levels: [] }];
  for (const feature of ['ip', 'ua'] as const) {
    const start = from;
    from += 2 + 2 * FEATURES[feature].length;
    if (at(start) === 0) continue;
    const levels = FEATURES[feature].map(({ level }, j) => ({
      level,
      value: values?.[feature][j] ?? null,
      own: at(start + 2 + 2 * j),
      all: at(start + 3 + 2 * j),
    }));
    factors.push({ feature, ratio: at(start), attack: at(start + 1), levels });
  }
  return factors;
}
