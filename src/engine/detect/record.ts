import type { DetectionEvidence, DetectionRecord } from '#shared/domain/detection.ts';
import type { Finding } from './context.ts';
import type { Descriptor } from './descriptor.ts';
import { findingId } from './filters.ts';

/** The record of a finding: its figures with what the catalogue says about the detection. */
export const toRecord = (descriptor: Descriptor, finding: Finding): DetectionRecord => {
  const evidence = {
    title: descriptor.title,
    summary: finding.summary,
    ...finding.figures,
    techniques: [...descriptor.techniques],
    nextStep: descriptor.nextStep,
    filtersConsidered: [...finding.verdict.considered],
  } as DetectionEvidence;
  return {
    id: findingId(descriptor.name, finding.entity.kind, finding.entity.id, finding.key),
    detection: descriptor.name,
    at: finding.at,
    raisedAt: finding.raisedAt,
    lastAt: finding.lastAt,
    events: [...finding.events],
    entity: finding.entity,
    users: [...finding.users],
    severity: finding.severity,
    ...(finding.verdict.filtered === null ? {} : { filtered: finding.verdict.filtered }),
    retrospective: finding.retrospective,
    evidence,
  };
};
