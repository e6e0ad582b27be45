/**
 * Progress lines go to stderr: stdout belongs to the program that is started afterwards.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`watchfloor: ${line}\n`);
}

/** A failure that is explained to a person by its message; no stack is printed for it. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/**
 * Prints a failure and sets the exit code.
 * @param {unknown} error
 */
export function fail(error) {
  if (error instanceof SetupError) say(error.message);
  else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}

/** @param {number} bytes @returns {string} whole megabytes, for progress lines */
export function megabytes(bytes) {
  return `${Math.round(bytes / 1_000_000)} MB`;
}

/** @param {number} since milliseconds, from Date.now() @returns {string} for example "4 s" */
export function secondsSince(since) {
  return `${Math.max(1, Math.round((Date.now() - since) / 1000))} s`;
}
