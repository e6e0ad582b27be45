import type { Log } from '#shared/domain/log.ts';
import type { AuditEvent } from '#shared/protocol/records.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { AgentState } from '../state/state.ts';
import type { StoreAdapter } from '../stores/store-adapter.ts';
import type { Evidence } from './evidence.ts';
import type { Flags } from './flags.ts';
import type { Recorder } from './recorder.ts';

/** What every part of reading a store needs. */
export interface ReadContext {
  readonly adapter: StoreAdapter;
  readonly state: AgentState;
  readonly recorder: Recorder;
  readonly evidence: Evidence;
  readonly flags: Flags;
  /** Completes an event of the store's log with what an application pushed of it. */
  readonly complete: (event: AuditEvent) => AuditEvent;
  readonly clock: Clock;
  readonly log: Log;
}
