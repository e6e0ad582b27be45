import type { DetectionEvidence, DetectionRecord } from '#shared/domain/detection.ts';
import { object, plain, type Shape } from './shape.ts';

/**
 * What is still asked of a finding about one person that a filter silenced: whom it is about and how it was counted. It
 * has one producer, so nobody is ever told of an older version; whoever stores findings has the whole of it.
 */
const outline = object<Omit<DetectionRecord, 'evidence' | 'events'>>(
  {
    id: plain<string>(),
    detection: plain<DetectionRecord['detection']>(),
    at: plain<string>(),
    raisedAt: plain<number>(),
    lastAt: plain<number>(),
    entity: plain<DetectionRecord['entity']>(),
    users: plain<string[]>(),
    severity: plain<DetectionRecord['severity']>(),
    filtered: plain<string>(),
    retrospective: plain<boolean>(),
  },
  ['filtered'],
);
const NO_EVIDENCE: DetectionEvidence = {
  title: '',
  summary: '',
  techniques: [],
  nextStep: '',
  filtersConsidered: [],
};
const isOutlined = (producer: string, { filtered }: DetectionRecord): boolean =>
  filtered !== undefined && producer.startsWith('user:');

/** Findings of one id by who says so. */
export const recordsPack: Shape<Map<string, DetectionRecord>> = {
  write: (value, pass) =>
    [...value].map(([producer, record]) =>
      isOutlined(producer, record) ? [producer, outline.write(record, pass)] : [producer, record],
    ),
  read: (json, pass) =>
    new Map(
      (json as [string, unknown][]).map(([producer, written]) => [
        producer,
        Array.isArray(written)
          ? { ...outline.read(written, pass), events: [], evidence: { ...NO_EVIDENCE } }
          : (written as DetectionRecord),
      ]),
    ),
};
