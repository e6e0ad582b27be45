import type { DetectionFigures, DetectionName } from '#shared/domain/detection.ts';
import type { DetectionFiguresView } from '#shared/ipc/detections-views.ts';

export interface JoinedFigures {
  readonly since: number | null;
  readonly ingested: number;
  readonly repeated: number;
  readonly beyondHorizon: number;
  readonly skewed: number;
  readonly faults: number;
  readonly detections: Readonly<Partial<Record<DetectionName, DetectionFigures>>>;
}

const added = (
  one: Readonly<Record<string, number>>,
  two: Readonly<Record<string, number>>,
): Record<string, number> => {
  const sum: Record<string, number> = { ...one };
  for (const [key, value] of Object.entries(two)) sum[key] = (sum[key] ?? 0) + value;
  return sum;
};

/** The figures of several environments as one; counted since the earliest. */
export function joinFigures({ environments }: DetectionFiguresView): JoinedFigures {
  const detections: Partial<Record<DetectionName, DetectionFigures>> = {};
  for (const one of environments) {
    for (const [key, figures] of Object.entries(one.detections)) {
      const name = key as DetectionName;
      const before = detections[name];
      detections[name] =
        before === undefined
          ? figures
          : {
              evaluated: before.evaluated + figures.evaluated,
              fired: before.fired + figures.fired,
              filtered: added(before.filtered, figures.filtered),
              notEvaluable: added(before.notEvaluable, figures.notEvaluable),
            };
    }
  }
  const sum = (of: (one: DetectionFiguresView['environments'][number]) => number): number =>
    environments.reduce((total, one) => total + of(one), 0);
  return {
    since: environments.length === 0 ? null : Math.min(...environments.map(({ since }) => since)),
    ingested: sum(({ ingested }) => ingested),
    repeated: sum(({ repeated }) => repeated),
    beyondHorizon: sum(({ beyondHorizon }) => beyondHorizon),
    skewed: sum(({ skewed }) => skewed),
    faults: sum(({ faults }) => faults),
    detections,
  };
}
