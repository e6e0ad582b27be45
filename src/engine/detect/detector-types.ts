import type { DetectionDelta, DetectionRecord } from '#shared/domain/detection.ts';
import type { EnrichedEvent } from './event.ts';
import type { Figures } from './figures.ts';
import type { PreparedEvent } from './prepare.ts';
import type { DetectSettings, DetectSettingsInput } from './settings.ts';
import type { DetectorState, Snapshot } from './snapshot.ts';
import type { Load } from './table.ts';

export interface DetectorOptions {
  /** As in a settings file; absent parts take their defaults. Throws a ZodError for what is wrong. */
  readonly settings?: DetectSettingsInput | DetectSettings;
  /** Name of the environment of events that name none. */
  readonly environment?: string;
  /** A snapshot to go on from. */
  readonly snapshot?: Snapshot;
  /** Reads memories that are not held. Whoever gives it saves what `state()` says has changed. */
  readonly load?: Load;
  /**
   * Events come in event time, once each, and none will come late: nothing is kept to work them out again, and what
   * is switched off is left out altogether. Several times faster.
   */
  readonly straight?: boolean;
  /**
   * With `straight`: another such detector, with at least what is on here and the same filters and habits, which takes each
   * event after this one does. What is learned of people is taken from it.
   */
  readonly learnedBy?: Detector;
  /** How long events are kept to be worked out again, h, where that is longer than the reorder horizon. */
  readonly keepH?: number;
  /** With `load`: where the memory stood. */
  readonly resume?: { readonly watermark: number | null; readonly counters: DetectorCounters };
}

/** What became of the events, apart from the figures of each detection. */
export interface DetectorCounters {
  ingested: number;
  repeated: number;
  /** Older than the reorder horizon: kept by others, not evaluated here. */
  beyondHorizon: number;
  skewed: number;
  figures: Figures;
}

export interface Detector {
  /** Takes an enriched event in order of arrival. Returns how the set of findings changed. */
  ingest(
    event: EnrichedEvent,
    options?: {
      /** Trains; what it finds is marked. */
      readonly retrospective?: boolean;
      /** Nothing older than this comes any more but by the horizon: what it settles may leave. */
      readonly ordered?: boolean;
    },
  ): DetectionDelta[];
  /** The same of an event that was prepared with the same settings; times in ms, null: arrived in order. */
  take(
    event: PreparedEvent,
    receivedAt: number | null,
    options?: { readonly ordered?: boolean },
  ): DetectionDelta[];
  /** Every finding that is still held, in no order. */
  records(): DetectionRecord[];
  snapshot(): Snapshot;
  /** The memory itself, for whoever saves it piece by piece. */
  state(): DetectorState;
  /** Lets go of what nothing can change any more. With `load`, call it before saving. */
  prune(): void;
  readonly counters: DetectorCounters;
  /** What became of the event that was ingested last. */
  outcome(): Outcome;
  /** That event with everything worked out; null before the first. */
  prepared(): PreparedEvent | null;
}

export type Outcome = 'evaluated' | 'repeated' | 'beyond-horizon' | 'skewed';
