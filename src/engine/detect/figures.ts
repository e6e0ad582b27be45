import {
  DETECTION_NAMES,
  type DetectionFigures,
  type DetectionName,
  type DetectionRecord,
} from '#shared/domain/detection.ts';

export type Figures = Record<DetectionName, DetectionFigures>;

export const createFigures = (): Figures => {
  const figures: Partial<Figures> = {};
  for (const name of DETECTION_NAMES)
    figures[name] = { evaluated: 0, notEvaluable: {}, filtered: {}, fired: 0 };
  return figures as Figures;
};

/** Counts a record in (by = 1) or out (by = -1). What history raised is not counted. */
export const countRecord = (figures: Figures, record: DetectionRecord, by: 1 | -1): void => {
  if (record.retrospective) return;
  const own = figures[record.detection];
  if (record.filtered === undefined) own.fired += by;
  else {
    const count = (own.filtered[record.filtered] ?? 0) + by;
    own.filtered[record.filtered] = count;
  }
};
