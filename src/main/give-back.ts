import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LOOK_MS, watchRest } from '#shared/domain/rest-watch.ts';

const usedMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/**
 * Gives back what the start of the program, or work after it, has left in this process, once it rests: garbage, and the
 * room in which V8 puts what is new (docs/decisions/0011-memory-at-rest.md). Takes about ten milliseconds.
 */
export function giveBackAtRest(): void {
  const watch = watchRest();
  const timer = setInterval(() => {
    if (!watch.look(usedMs())) return;
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as NodeJS.GCFunction | undefined;
    setFlagsFromString('--no-expose-gc');
    gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    watch.rested(usedMs());
  }, LOOK_MS);
  timer.unref();
}
