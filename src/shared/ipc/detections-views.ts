import type { z } from 'zod';
import type {
  DetectionEntity,
  DetectionEvidence,
  DetectionFigures,
  DetectionName,
  FilterConsidered,
  Severity,
} from '../domain/detection.ts';
import type { AccountId, ConnectionId, SessionId } from '../domain/ids.ts';
import type { Device, Network, Place } from '../domain/place.ts';
import type { EpochMs } from '../domain/units.ts';
import type { SuppressionScope, TRIAGE_STATES, VERDICTS } from './detections-contract.ts';
import type { AuditRow } from './views.ts';

export type TriageState = (typeof TRIAGE_STATES)[number];
export type Verdict = (typeof VERDICTS)[number];

/** One detection in a list. Times are event time unless said otherwise. */
export interface DetectionRow {
  readonly connection: ConnectionId;
  readonly id: string;
  readonly detection: DetectionName;
  readonly title: string;
  readonly severity: Severity;
  readonly entity: DetectionEntity & { readonly name: string };
  /** The accounts it is about; the targets of an attack are not among them. */
  readonly people: readonly { readonly id: AccountId; readonly name: string }[];
  readonly session: SessionId | null;
  readonly ip: string | null;
  readonly country: string | null;
  readonly raisedAt: EpochMs;
  readonly lastAt: EpochMs;
  /** Console clock: when it was first written. */
  readonly foundAt: EpochMs;
  readonly summary: string;
  /** Number of events that it rests on (200 at most are listed). */
  readonly events: number;
  /** Id shared by the detections of one attack; null when it stands alone. */
  readonly campaign: string | null;
  /** The filter that silenced it, or null. */
  readonly filtered: string | null;
  /** The suppression that silenced it, or null. */
  readonly suppressed: number | null;
  /** Raised by events that were read after the fact. */
  readonly retrospective: boolean;
  /** Console clock: a late event took its ground away. */
  readonly withdrawnAt: EpochMs | null;
  readonly state: TriageState;
  readonly verdict: Verdict | null;
  readonly assignee: string | null;
  readonly notes: number;
  /** Console clock of the last triage. */
  readonly triagedAt: EpochMs | null;
}

export interface DetectionGroup {
  /** Account id or campaign id. */
  readonly key: string;
  readonly connection: ConnectionId;
  readonly label: string;
  readonly worst: Severity;
  readonly count: number;
  readonly open: number;
  readonly firstAt: EpochMs;
  readonly lastAt: EpochMs;
  /** In event time: the story. 20 at most. */
  readonly rows: readonly DetectionRow[];
}

/** One thing that was compared. */
export interface ComparedValue {
  readonly what: string;
  /** What it was compared with: before, usual, or the limit. */
  readonly before: string | null;
  readonly now: string | null;
  readonly differs: boolean;
  /** Times are ms since the epoch: who shows them knows the zone. */
  readonly as?: 'time';
  /** What of the person's history it can be held against. */
  readonly usual?: 'countries' | 'networks' | 'devices';
}

/** A figure that stands alone. */
export interface EvidenceFact {
  readonly what: string;
  readonly value: string;
  readonly as?: 'time';
}
export interface EvidenceCell {
  readonly text: string | null;
  readonly as?: 'time' | 'number';
}
/** A list of the evidence: who was attacked how often, which sessions are open, what came before. */
export interface EvidenceTable {
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly EvidenceCell[])[];
  /** How many more rows there are. */
  readonly more: number;
}

export interface MapEnd {
  readonly latitude: number;
  readonly longitude: number;
  readonly label: string;
  readonly at: EpochMs;
  readonly ip: string | null;
}

export interface DetectionDetail {
  readonly row: DetectionRow;
  /** Everything that was recorded; figures differ by detection (docs/detections.md). */
  readonly evidence: DetectionEvidence;
  readonly techniques: readonly string[];
  /** What fires, in words. */
  readonly logic: string;
  readonly nextStep: string;
  readonly filtersConsidered: readonly FilterConsidered[];
  readonly compared: readonly ComparedValue[];
  readonly facts: readonly EvidenceFact[];
  readonly tables: readonly EvidenceTable[];
  /** The person's sign-ins by local hour of the day, where that is what it is about; 24 figures. */
  readonly hours: readonly number[] | null;
  readonly line: {
    readonly from: MapEnd;
    readonly to: MapEnd;
    readonly km: number;
    readonly kmh: number | null;
  } | null;
  /** The audit events it rests on that are mirrored, oldest first, 50 at most. */
  readonly events: readonly AuditRow[];
  /** The addresses it is about, the one that raised it last, and how many more there are. */
  readonly origins: readonly FindingOrigin[];
  readonly moreOrigins: number;
  /** Risk of the sign-in that raised it; null when it is not one, or has no score yet. */
  readonly risk: LoginRisk | null;
  /** What is known of the person from the mirror; null when it is about no person. */
  readonly history: PersonHistory | null;
  /** What operators did with it, oldest first. */
  readonly actions: readonly TriageAction[];
  /** Others of the same campaign, in event time. */
  readonly related: readonly DetectionRow[];
}

/** An address of a finding, with what says whether it can be a VPN or a phone. */
export interface FindingOrigin {
  readonly ip: string;
  readonly place: Place | null;
  readonly network: Network | null;
  /** Clients that the finding's events show behind it. */
  readonly devices: readonly Device[];
  /** The list that says of what kind its network is, as it is loaded now; absent: none does, or nobody could look. */
  readonly list?: { readonly name: string; readonly date: string | null };
}

/** How a sign-in's score came about. */
export interface LoginRisk {
  /** Raw product; above 1 is riskier than usual. Null: nothing to compare with yet. */
  readonly score: number | null;
  /** 0 to 100: 100 · score / (score + 1). */
  readonly risk: number | null;
  readonly learning: boolean;
  /** What it was made from: earlier sign-ins of this person and of everybody, and people. */
  readonly basis: { readonly own: number; readonly all: number; readonly people: number } | null;
  readonly factors: readonly RiskFactor[];
}
export interface RiskFactor {
  readonly feature: 'ip' | 'ua' | 'user';
  /** What this multiplies the score by. */
  readonly ratio: number;
  /** The part of it that is the attack prior; 1: nothing is known against it. */
  readonly attack: number;
  readonly levels: readonly {
    readonly level: string;
    readonly value: string | null;
    /** Earlier sign-ins of this person, and of everybody, with the value. */
    readonly own: number;
    readonly all: number;
  }[];
}

export interface PersonHistory {
  readonly account: AccountId;
  /** Sign-ins and failures by day up to the detection, oldest first. */
  readonly days: {
    readonly from: EpochMs;
    readonly stepMs: number;
    readonly signIns: readonly number[];
    readonly failures: readonly number[];
  };
  readonly countries: readonly KnownValue[];
  readonly networks: readonly KnownValue[];
  readonly devices: readonly KnownValue[];
  /** Most sessions open at once until a day before; null: not what it is about, or none is known. */
  readonly mostAtOnce: number | null;
}
export interface KnownValue {
  readonly value: string;
  readonly signIns: number;
  readonly first: EpochMs;
  readonly last: EpochMs;
}

export interface TriageAction {
  readonly key: number;
  /** Console clock. */
  readonly at: EpochMs;
  readonly by: string;
  readonly from: TriagePart;
  readonly to: TriagePart;
  readonly note: string | null;
  readonly undone: boolean;
}
export interface TriagePart {
  readonly state: TriageState;
  readonly verdict: Verdict | null;
  readonly assignee: string | null;
}
export interface TriageDone {
  readonly changed: number;
  /** Detections that do not exist, or that somebody else changed since (undo). */
  readonly skipped: number;
  /** For detections.undo; null when nothing was changed. */
  readonly undo: number | null;
}

export interface DetectionFiguresView {
  readonly environments: readonly {
    readonly connection: ConnectionId;
    /** Console clock: figures count from then. */
    readonly since: EpochMs;
    readonly ingested: number;
    readonly repeated: number;
    /** Later than the reorder horizon: kept, shown, not evaluated. */
    readonly beyondHorizon: number;
    readonly skewed: number;
    /** Batches that could not be evaluated because of a fault of this program. */
    readonly faults: number;
    readonly detections: Readonly<Partial<Record<DetectionName, DetectionFigures>>>;
  }[];
}

export interface DetectionDescription {
  readonly name: DetectionName;
  /** Its key in the settings. */
  readonly setting: string;
  readonly title: string;
  readonly logic: string;
  readonly sources: string;
  readonly techniques: readonly string[];
  readonly severity: string;
  readonly entity: DetectionEntity['kind'];
  readonly filters: readonly string[];
  readonly nextStep: string;
}

export interface SuppressionView {
  readonly id: number;
  readonly scope: z.infer<typeof SuppressionScope>;
  readonly reason: string;
  readonly by: string;
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs;
  /** Console clock; null while it stands. */
  readonly removedAt: EpochMs | null;
  readonly silenced: number;
}
export interface SuppressionReach {
  /** Detections in the mirror that match, and of them the open ones, the unfiltered ones first in `sample`. */
  readonly matching: number;
  readonly open: number;
  readonly byDetection: readonly { readonly detection: DetectionName; readonly count: number }[];
  readonly sample: readonly DetectionRow[];
}

export type DetectSettingsJson = Readonly<Record<string, unknown>>;
export interface DetectSettingsView {
  readonly connection: ConnectionId | null;
  /** As saved; {} when nothing was. */
  readonly saved: DetectSettingsJson;
  /** What applies: saved parts over the common ones over the defaults. */
  readonly effective: DetectSettingsJson;
  readonly defaults: DetectSettingsJson;
  /** 0 before the first save. */
  readonly version: number;
}
export interface DetectSettingsVersion {
  readonly version: number;
  /** Console clock. */
  readonly at: EpochMs;
  readonly by: string;
  readonly note: string;
  readonly settings: DetectSettingsJson;
}

/** One finding that changed settings would raise, or would not. */
export interface BackTestFinding {
  readonly id: string;
  readonly detection: DetectionName;
  readonly severity: Severity;
  readonly entity: DetectionEntity;
  /** The accounts it is about, 10 at most; the targets of an attack are not among them. */
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly raisedAt: EpochMs;
  readonly summary: string;
}
export interface BackTestDay {
  readonly day: EpochMs;
  readonly before: number;
  readonly after: number;
  readonly more: number;
  readonly fewer: number;
}
export interface BackTestResult {
  readonly events: number;
  /** How long it took. */
  readonly ms: number;
  /** The detections that the change can touch and that were worked out. */
  readonly detections: readonly DetectionName[];
  /** Those that it can touch but that need session activity, which is not replayed. */
  readonly notCovered: readonly DetectionName[];
  /** Findings that would have been heard, with the settings that apply and with the new ones. */
  readonly before: number;
  readonly after: number;
  /** By day (UTC), only days with any; `more` and `fewer` count all, not only those listed. */
  readonly days: readonly BackTestDay[];
  /** Newest first, 500 at most each. */
  readonly more: readonly BackTestFinding[];
  readonly fewer: readonly BackTestFinding[];
  readonly moreCount: number;
  readonly fewerCount: number;
}

/** Part of the event to windows: that detections changed. */
export interface DetectionNews {
  /** Grows with every commit that touched detections. */
  readonly revision: number;
  /** Open, not silenced, by severity. */
  readonly open: Readonly<Record<Severity, number>>;
  /** New since the last event, neither filtered, suppressed nor retrospective; newest first, 20 at most. */
  readonly newest: readonly DetectionRow[];
}
