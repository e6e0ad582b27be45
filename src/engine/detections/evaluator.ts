import type { DetectionDelta, DetectionRecord } from '#shared/domain/detection.ts';
import { MINUTE } from '#shared/domain/units.ts';
import { createDetector } from '../detect/detector.ts';
import type { Detector, DetectorCounters } from '../detect/detector-types.ts';
import type { EnrichedEvent } from '../detect/event.ts';
import { addressFacts } from '../detect/address.ts';
import { priorOf } from '../detect/risk/attack-prior.ts';
import { BOUNDED, createRiskModel, type RiskScore } from '../detect/risk/risk-model.ts';
import { createRiskySignIn } from '../detect/risk/risky-sign-in.ts';
import { createRiskState, riskTables, type RiskTotals } from '../detect/risk/risk-state.ts';
import type { DetectSettings } from '../detect/settings.ts';
import { tablesOf } from '../detect/snapshot.ts';
import type { Load, Table } from '../detect/table.ts';
import { riskOf } from '../detect/risk/risk-scale.ts';

/** A sign-in with its score. */
export interface ScoredLogin {
  /** Id of its event. */
  readonly event: string;
  readonly ts: number;
  readonly user: string | null;
  readonly session: string | null;
  readonly ip: string | null;
  readonly score: RiskScore;
}
/** A session that was opened by a sign-in which did not name it. */
export interface OpenedWith {
  readonly session: string;
  readonly risk: number | null;
}

export interface Taken {
  readonly deltas: DetectionDelta[];
  readonly login: ScoredLogin | null;
  readonly opened: OpenedWith | null;
}

/** The detections and the risk model of one environment: what evaluates its events, one after the other. */
export interface Evaluator {
  readonly detector: Detector;
  take(event: EnrichedEvent, how: { readonly retrospective: boolean; readonly ordered?: boolean }): Taken;
  readonly tables: readonly Table<unknown>[];
  readonly totals: RiskTotals;
}

/** A session that is opened this near to a sign-in of its account from its address belongs to it, ms (ours). */
export const WITH_LOGIN_MS = 2 * MINUTE;

const ATTACKS: ReadonlySet<string> = new Set([
  'password_spray',
  'password_spray_slow',
  'password_spray_distributed',
  'credential_stuffing',
]);

/** The addresses that an attack came from, as keys. */
const attackersOf = (record: DetectionRecord): readonly string[] => {
  if (record.filtered !== undefined || !ATTACKS.has(record.detection)) return [];
  if (record.entity.kind === 'ip') return [record.entity.id];
  const listed: unknown = record.evidence['attemptsPerAddress'];
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((one: { readonly ip?: unknown }) => (typeof one.ip === 'string' ? [one.ip] : []));
};

/** Opens an evaluator over a memory, or with an empty one. */
export function createEvaluator(options: {
  readonly settings: DetectSettings;
  readonly environment: string;
  readonly load: Load;
  readonly resume?: { readonly watermark: number | null; readonly counters: DetectorCounters };
  readonly totals?: RiskTotals;
}): Evaluator {
  const { settings, environment, load } = options;
  const detector = createDetector({
    settings,
    environment,
    load,
    ...(options.resume === undefined ? {} : { resume: options.resume }),
  });
  const state = createRiskState(load, options.totals);
  const model = createRiskModel(settings.learning, state, priorOf(state), BOUNDED);
  const risky = createRiskySignIn(settings, detector.counters.figures);

  return {
    detector,
    tables: [...tablesOf(detector.state()), ...riskTables(state)],
    totals: state.totals,
    take(event, how) {
      const deltas = detector.ingest(event, how);
      for (const delta of deltas) {
        if (delta.kind !== 'upsert') continue;
        for (const ip of attackersOf(delta.record)) {
          const key = addressFacts(ip)?.key ?? ip;
          state.attacks.set(key, Math.max(state.attacks.get(key) ?? 0, delta.record.lastAt));
        }
      }
      const prepared = detector.prepared();
      if (prepared === null || detector.outcome() !== 'evaluated')
        return { deltas, login: null, opened: null };
      const { ts, user, session, ip } = prepared;
      if (event.type === 'login') {
        const score = model.score(prepared);
        model.learn(prepared, riskOf(score.value));
        const person = user === null ? undefined : state.people.get(user);
        const asked = person === undefined ? null : (risky?.(prepared, score, person.asked) ?? null);
        if (person !== undefined && asked !== null) {
          if (asked.record.filtered === undefined) person.asked = asked.episode;
          deltas.push({ kind: 'upsert', record: asked.record });
        }
        return { deltas, login: { event: prepared.id, ts, user, session, ip, score }, opened: null };
      }
      if (event.type !== 'session-opened' || user === null || session === null)
        return { deltas, login: null, opened: null };
      const last = state.people.get(user)?.last;
      const near = last && Math.abs(last.ts - ts) <= WITH_LOGIN_MS && last.ip === ip;
      return { deltas, login: null, opened: near ? { session, risk: last.risk } : null };
    },
  };
}
