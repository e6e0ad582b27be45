import { join } from 'node:path';
import { CODE_CACHE, FRESH } from '#shared/ipc/engine-switches.ts';
import { runCached } from './code-cache.ts';

// What main starts: it loads the engine's program, compiled as it was the last time.

/** Until then a start is over, and nobody waits for what compiling has to say. */
const KEEP_AFTER_MS = 4_000;

const valueOf = (name: string): string | undefined =>
  process.argv.find((argument) => argument.startsWith(name))?.slice(name.length);

const program = runCached(
  join(import.meta.dirname, 'engine-program.cjs'),
  valueOf(CODE_CACHE) ?? null,
  process.argv.includes(FRESH),
);
setTimeout(program.keep, KEEP_AFTER_MS).unref();
