import { z } from 'zod';
import type { DetectionRecord } from '#shared/domain/detection.ts';
import { HOUR } from '#shared/domain/units.ts';
import { createDetector } from './detector.ts';
import type { DetectorCounters } from './detector-types.ts';
import { DetectEvent, EventEnrichment } from './event.ts';
import { compareEvents, createPreparer, type PreparedEvent } from './prepare.ts';
import { createRiskModel, type RiskScore } from './risk/risk-model.ts';
import { DetectSettings } from './settings.ts';

/** A file of events: `history` trains and reports nothing; `events` are in order of arrival. */
export const ReplayInput = z.object({
  settings: z.preprocess((given) => given ?? {}, DetectSettings),
  history: z.preprocess((given) => given ?? [], z.array(DetectEvent)),
  events: z.array(DetectEvent),
});
export type ReplayInput = z.output<typeof ReplayInput>;

export interface ReplayScore extends RiskScore {
  readonly event: string;
}
export interface ReplayResult {
  /** Final state of every finding, by event time. */
  readonly detections: readonly DetectionRecord[];
  /** One for each successful login of `events`, by event time. */
  readonly scores: readonly ReplayScore[];
  readonly counters: DetectorCounters;
}

const byTime = (a: DetectionRecord, b: DetectionRecord): number =>
  a.raisedAt - b.raisedAt ||
  (a.at < b.at ? -1 : a.at > b.at ? 1 : 0) ||
  (a.detection < b.detection ? -1 : a.detection > b.detection ? 1 : 0) ||
  (a.id < b.id ? -1 : 1);

/** How far behind an event before it in the file the latest one is, h: what must be kept to place it. */
const longestLag = (events: readonly DetectEvent[]): number => {
  let [reached, longest] = [-Infinity, 0];
  for (const { ts, receivedAt } of events) {
    longest = Math.max(longest, reached - Date.parse(ts));
    reached = Math.max(reached, Date.parse(receivedAt ?? ts));
  }
  return longest / HOUR;
};

/** Runs the whole catalogue over already enriched events. */
export const replay = (
  settings: DetectSettings,
  history: readonly DetectEvent[],
  events: readonly DetectEvent[],
): ReplayResult => {
  // Parsed settings are valid input again: every default is filled in.
  const detector = createDetector({ settings, keepH: longestLag(events) });
  const prepare = createPreparer(settings, 'default');
  const logins: PreparedEvent[] = [];
  const unscored: ReplayScore[] = [];
  const found = new Map<string, DetectionRecord>();
  const take = (event: DetectEvent, retrospective: boolean): void => {
    for (const delta of detector.ingest(event, { retrospective })) {
      if (delta.kind === 'upsert') found.set(delta.record.id, delta.record);
      else found.delete(delta.id);
    }
    const outcome = detector.outcome();
    if (event.type !== 'login' || outcome === 'repeated') return;
    if (outcome === 'evaluated') logins.push(prepare(event, retrospective));
    else unscored.push({ event: event.id, value: null, factors: { reason: outcome }, learning: false });
  };
  const byEventTime = (a: DetectEvent, b: DetectEvent): number => Date.parse(a.ts) - Date.parse(b.ts);
  for (const event of [...history].sort(byEventTime)) take(event, true);
  for (const event of events) take(event, false);

  const model = createRiskModel(settings.learning);
  const scores: ReplayScore[] = [];
  for (const login of logins.sort(compareEvents)) {
    if (!login.silent) scores.push({ event: login.id, ...model.score(login) });
    model.learn(login);
  }
  return {
    detections: [...found.values()].filter((record) => !record.retrospective).sort(byTime),
    scores: [...scores, ...unscored],
    counters: detector.counters,
  };
};

const EVENT_KEYS = new Set(Object.keys(DetectEvent.shape));
const ENRICH_KEYS = new Set(Object.keys(EventEnrichment.shape));

const INPUT_KEYS = new Set(Object.keys(ReplayInput.shape));

/** Names in a file that mean nothing here, such as misspelt ones; each once. */
export const unknownNames = (input: unknown): string[] => {
  const names = new Set<string>();
  const check = (value: unknown, known: ReadonlySet<string>, prefix: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) if (!known.has(key)) names.add(`${prefix}${key}`);
  };
  if (typeof input !== 'object' || input === null) return [];
  const { history, events } = input as { history?: unknown; events?: unknown };
  check(input, INPUT_KEYS, '');
  for (const list of [history, events])
    if (Array.isArray(list))
      for (const event of list as unknown[]) {
        check(event, EVENT_KEYS, '');
        if (typeof event === 'object' && event !== null && 'enrich' in event)
          check(event.enrich, ENRICH_KEYS, 'enrich.');
      }
  return [...names];
};
