/** How often it is looked whether a process rests, and how much of that time it may work and still does. */
export const LOOK_MS = 1_500;
const RESTING_MS = 40;
/** Looks in a row at which it rested. */
const LOOKS = 2;
/** Processor time after which there is something to give back. */
const WORKED_MS = 250;

/** Whether a process has come to rest after work, told by the processor time that it has used. */
export interface RestWatch {
  /** True once after each piece of work. @param usedMs of the whole process, since it began */
  look(usedMs: number): boolean;
  /** What was done until now is no work that calls for another rest. */
  rested(usedMs: number): void;
}

export function watchRest(): RestWatch {
  let before = 0;
  let restedAt = 0;
  let looks = 0;
  return {
    look(usedMs) {
      looks = usedMs - before <= RESTING_MS ? looks + 1 : 0;
      before = usedMs;
      return looks >= LOOKS && usedMs - restedAt >= WORKED_MS;
    },
    rested(usedMs) {
      before = usedMs;
      restedAt = usedMs;
    },
  };
}
