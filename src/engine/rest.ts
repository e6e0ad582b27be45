import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LOOK_MS, watchRest } from '#shared/domain/rest-watch.ts';

const usedMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/**
 * Gives memory back whenever this process has come to rest: what it keeps only to be quick, then what V8 has not collected,
 * and the room in which V8 puts what is new, which grows with the first burst and is not given back by itself.
 *
 * @param may whether it may be done now: it takes tens of milliseconds, and what is compiled may have to be compiled again
 */
export function restful(letGo: () => void, may: () => boolean = () => true): void {
  const watch = watchRest();
  const timer = setInterval(() => {
    if (!watch.look(usedMs()) || !may()) return;
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
