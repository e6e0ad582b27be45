import type { EnrichedEvent } from '#engine/detect/event.ts';
import { lineOf, loggedOf } from '#engine/detections/event-log.ts';

/**
 * Events as the thread of the detections is handed them: written as a line of the log and read from it. Objects that a
 * bench makes with spreads have a shape each, as none has there, and whoever reads them waits for the runtime.
 */
export const asTheThreadReads = (events: readonly EnrichedEvent[]): readonly EnrichedEvent[] =>
  loggedOf(lineOf({ silent: false, events })).events;
