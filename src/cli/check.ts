import { checkMirror } from '#engine/mirror/check.ts';
import { EXIT } from './exit-codes.ts';

/** Checks the database of a profile; also while an engine works on it. */
export function check(profile: string): number {
  const result = checkMirror(profile);
  if (!result.ok) {
    process.stderr.write(`${[result.error.message, result.error.advice].filter(Boolean).join(' ')}\n`);
    return EXIT.failed;
  }
  const { schema, sessions, events, faults } = result.value;
  process.stdout.write(
    `schema ${String(schema)}, ${String(sessions)} sessions, ${String(events)} events: ${faults.length === 0 ? 'nothing wrong' : 'damaged'}\n`,
  );
  for (const fault of faults) process.stdout.write(`  ${fault}\n`);
  return faults.length === 0 ? EXIT.ok : EXIT.failed;
}
