import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often it is looked whether a process rests, and how much of that time it may work and still does. */
const LOOK_MS = 1_500;
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

const usedMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/**
 * Gives memory back whenever this process has come to rest: what it keeps only to be quick, then what V8 has not collected,
 * and the room in which V8 puts what is new, which grows with the first burst and is not given back by itself.
 */
export function restful(letGo: () => void): void {
  const watch = watchRest();
  const timer = setInterval(() => {
    if (!watch.look(usedMs())) return;
    letGo();
    collect();
    watch.rested(usedMs());
  }, LOOK_MS);
  timer.unref();
}

/** More than this is collected once and not until nothing is left to collect, because somebody may ask meanwhile. */
const THOROUGH_BYTES = 67_108_864;

/** Takes some tens of milliseconds, which is why only a process does it that has nothing else to do. */
function collect(): void {
  // Node has the collector only where it was started with a switch, and Electron hands none on to a process of this kind.
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as NodeJS.GCFunction | undefined;
  setFlagsFromString('--no-expose-gc');
  const flavor = getHeapStatistics().used_heap_size <= THOROUGH_BYTES ? 'last-resort' : 'regular';
  gc?.({ type: 'major', execution: 'sync', flavor });
}
