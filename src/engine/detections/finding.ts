import { severityRank, type DetectionDelta, type DetectionRecord } from '#shared/domain/detection.ts';

/** A finding as the columns of its row. */
export interface Finding {
  readonly id: string;
  readonly name: string;
  readonly severity: number;
  readonly entityKind: string;
  readonly entityId: string;
  /** Whom it is about first, and whether it is about more than one. */
  readonly user: string | null;
  readonly shared: boolean;
  readonly session: string | null;
  readonly ip: string | null;
  readonly country: string | null;
  readonly asn: number | null;
  readonly raisedAt: number;
  readonly lastAt: number;
  readonly filtered: string | null;
  readonly retrospective: boolean;
  readonly summary: string;
  readonly users: string;
  readonly events: number;
  /** All of it, as JSON. */
  readonly record: string;
}

/** How findings changed, ready to be written. */
export interface FoundChanges {
  readonly found: readonly Finding[];
  /** Ids of findings that have lost their ground. */
  readonly withdrawn: readonly string[];
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const whole = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) ? value : null;

/** Where a finding came from: its own figures, or those of its newer end. */
function originOf(record: DetectionRecord): Pick<Finding, 'ip' | 'country' | 'asn'> {
  const evidence: Readonly<Record<string, unknown>> = record.evidence;
  const ends = [evidence, evidence['to'], evidence['after']].filter(
    (one): one is Readonly<Record<string, unknown>> => typeof one === 'object' && one !== null,
  );
  const first = <T>(name: string, read: (value: unknown) => T | null): T | null => {
    for (const end of ends) {
      const value = read(end[name]);
      if (value !== null) return value;
    }
    return null;
  };
  // The address whose event shows that a clock is wrong is nobody’s attacker: it joins no strangers into a story.
  const ip = record.detection === 'clock_skew' ? null : first('ip', text);
  return {
    ip: ip ?? (record.entity.kind === 'ip' ? record.entity.id : null),
    country: first('country', text),
    asn: first('asn', whole),
  };
}

const toFinding = (record: DetectionRecord): Finding => {
  const { ip, country, asn } = originOf(record);
  return {
    id: record.id,
    name: record.detection,
    severity: severityRank(record.severity),
    entityKind: record.entity.kind,
    entityId: record.entity.id,
    user: record.users[0] ?? (record.entity.kind === 'user' ? record.entity.id : null),
    shared: record.users.length > 1,
    session: record.entity.kind === 'session' ? record.entity.id : text(record.evidence['session']),
    ip,
    country,
    asn,
    raisedAt: record.raisedAt,
    lastAt: record.lastAt,
    filtered: record.filtered ?? null,
    retrospective: record.retrospective,
    summary: record.evidence.summary,
    users: JSON.stringify(record.users),
    events: record.events.length,
    record: JSON.stringify(record),
  };
};

/** Findings of a batch as rows. */
export function toChanges(deltas: Iterable<DetectionDelta>): FoundChanges {
  const found: Finding[] = [];
  const withdrawn: string[] = [];
  for (const delta of deltas) {
    if (delta.kind === 'upsert') found.push(toFinding(delta.record));
    else withdrawn.push(delta.id);
  }
  return { found, withdrawn };
}
