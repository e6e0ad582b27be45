import type { DetectContext } from './context.ts';
import type { Descriptor } from './descriptor.ts';
import type { LocalTime } from '#shared/domain/local-time.ts';
import type { PreparedEvent } from './prepare.ts';
import type { UserState } from './user-state.ts';

export interface UserContext extends DetectContext {
  /** Local time in the zone of offHours; null when offHours is off. */
  readonly localTime: ((ts: number) => LocalTime) | null;
  /** What is usual for the person has changed what is to be thought of this event's network. */
  readonly habitChanged: (event: PreparedEvent) => void;
}

/** A detection that looks at one person's events, in event time. The fold trains the profile after all of them. */
export interface UserDetection {
  readonly descriptor: Descriptor;
  evaluate(state: UserState, event: PreparedEvent, context: UserContext): void;
}
