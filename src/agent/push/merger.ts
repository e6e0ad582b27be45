import type { Clock } from '#shared/domain/units.ts';
import { DAY, epochMs } from '#shared/domain/units.ts';
import type { AuditEvent } from '#shared/protocol/records.ts';
import type { Evidence } from '../poll/evidence.ts';
import type { Recorder } from '../poll/recorder.ts';
import type { AgentState } from '../state/state.ts';
import { SAME_MS, isSame, merge, toldByStores } from './merge.ts';

/** Brings together what an application pushes and what its store's own log tells: the same thing is told once. */
export interface PushMerger {
  /** Takes a pushed event. False when it was sent before. Must run inside `record`. */
  take(event: AuditEvent): boolean;
  /** An event of the store's log, completed by what was pushed of it. Must run inside `record`. */
  complete(event: AuditEvent): AuditEvent;
  /** Records what waited in vain. */
  flush(): void;
}

export interface MergerOptions {
  readonly state: AgentState;
  readonly recorder: Recorder;
  readonly evidence: Evidence;
  readonly clock: Clock;
  /** Has the store a log of its own? Otherwise nothing waits. */
  readonly storeTells: boolean;
  /** How long a pushed event waits for the store's. */
  readonly waitMs: number;
}

const REMEMBERED_MS = 30 * DAY;

export function createPushMerger(options: MergerOptions): PushMerger {
  const { state, recorder, evidence, clock, storeTells, waitMs } = options;
  // Most agents are never told anything: then no event costs a question.
  let waiting: AuditEvent[] = [...state.pushes.waiting()];
  return {
    take(event) {
      if (!storeTells || !toldByStores(event)) return recorder.audit(event);
      const now = clock();
      if (state.pushes.has(event.id) || state.audit.has(event.id)) return false;
      const told = state.audit
        .near(event.action, event.at - SAME_MS, event.at + SAME_MS)
        .find((one) => one.attributes?.['source'] === undefined && isSame(one, event));
      if (told !== undefined) {
        // Consoles have it already; history shows it complete from now on.
        state.audit.replace(merge(told, event));
        state.pushes.merged(event.id, now);
        return true;
      }
      state.pushes.wait(event, now, epochMs(now + waitMs));
      waiting.push(event);
      // A sign-out explains an end that is seen before the store's record of it.
      if (event.sessionId !== undefined) evidence.note(event);
      return true;
    },
    complete(event) {
      const pushed = waiting.find((one) => isSame(event, one));
      if (pushed === undefined || state.audit.has(event.id)) return event;
      waiting = waiting.filter((one) => one !== pushed);
      state.pushes.merged(pushed.id, clock());
      return merge(event, pushed);
    },
    flush() {
      if (waiting.length === 0) return;
      const due = state.pushes.due(clock());
      if (due.length === 0) return;
      recorder.record(() => {
        for (const event of due) {
          recorder.audit(event);
          state.pushes.remove(event.id);
        }
      });
      const gone = new Set(due.map(({ id }) => id));
      waiting = waiting.filter(({ id }) => !gone.has(id));
      state.pushes.trim(epochMs(Math.max(0, clock() - REMEMBERED_MS)));
    },
  };
}
