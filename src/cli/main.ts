import { createProgram } from './program.ts';
import { UsageError } from './usage-error.ts';

try {
  process.exitCode = await createProgram().run(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  } else {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  }
}
// A worker thread or a socket may still be open; everything that had to be closed is.
process.exit();
