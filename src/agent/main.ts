import { join } from 'node:path';
import { epochMs } from '#shared/domain/units.ts';
import { z } from 'zod';
import { createProgram } from './cli/program.ts';
import { exitCodeOf, explainError } from './cli/errors.ts';

// Electron's content security forbids code made at run time; the agent also runs there.
z.config({ jitless: true });

/** Its thread that writes first listings lies beside this program. */
const writer = join(import.meta.dirname, 'listing.js');
// Whoever reads a list may have seen enough of it (`| head`); a service may have nobody who reads at all.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
const clock = () => epochMs(Date.now());
try {
  // Not commander's own reading of argv: inside Electron it would take the script for an argument.
  process.exitCode = await createProgram(clock, writer).run(process.argv.slice(2));
} catch (error) {
  const text = explainError(error);
  if (text !== '') process.stderr.write(`${text}\n`);
  process.exitCode = exitCodeOf(error);
}
// A serving agent has closed everything by now; a store's driver may still hold a socket open.
process.exit();
