import type { DetectionName, DetectionRecord } from '#shared/domain/detection.ts';
import type { Descriptor } from './descriptor.ts';
import type { FilterVerdict } from './filters.ts';
import type { PreparedEvent } from './prepare.ts';
import type { DetectSettings } from './settings.ts';

/** What the history of other people answers; read-only, by event time. */
export interface People {
  /** Event time of the person's first login, or null. */
  firstLogin(user: string): number | null;
  /** Event time since when the person is known with this device, or null. */
  deviceSince(user: string, deviceKey: string): number | null;
  /** Event time since when the person is known at this address, or null. */
  addressSince(user: string, ipKey: string): number | null;
}

/** What a detection says when it fires. */
export interface Finding {
  /** Tells findings of one entity apart: usually the id of the event that raised it. */
  readonly key: string;
  readonly at: string;
  readonly raisedAt: number;
  readonly lastAt: number;
  readonly events: readonly string[];
  readonly entity: DetectionRecord['entity'];
  readonly users: readonly string[];
  readonly severity: DetectionRecord['severity'];
  readonly verdict: FilterVerdict;
  readonly retrospective: boolean;
  readonly summary: string;
  /** Figures of this detection; JSON. */
  readonly figures: Readonly<Record<string, unknown>>;
}

/** What a detection's logic may use: settings, the counts, and a way to say what it found. No clock. */
export interface DetectContext {
  readonly settings: DetectSettings;
  readonly people: People;
  readonly allows: (name: DetectionName, event: PreparedEvent) => string | null;
  /** Local time in a zone, for off_hours. */
  evaluated(name: DetectionName): void;
  notEvaluable(name: DetectionName, reason: string): void;
  raise(descriptor: Descriptor, finding: Finding): void;
}
