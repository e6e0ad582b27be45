import { verifyProfile } from '#engine/journal/verify-profile.ts';
import { EXIT } from './exit-codes.ts';

export interface VerifyOptions {
  readonly profile: string;
  readonly heads: readonly string[];
  readonly json: boolean;
}

/** Verifies the journal of a profile; also while an engine works on it, and on a copy of its database. */
export function verify({ profile, heads, json }: VerifyOptions): number {
  const result = verifyProfile(profile, heads);
  if (!result.ok) {
    process.stderr.write(`${[result.error.message, result.error.advice].filter(Boolean).join(' ')}\n`);
    return EXIT.failed;
  }
  const { entries, head, key, faults } = result.value;
  if (json) process.stdout.write(`${JSON.stringify(result.value)}\n`);
  else {
    const sound = faults.length === 0;
    process.stdout.write(
      `${String(entries)} ${entries === 1 ? 'entry' : 'entries'}: ${sound ? 'every one as it was written' : 'NOT as they were written'}\n`,
    );
    if (head !== null) process.stdout.write(`head ${String(head.seq)} ${head.hash}\n`);
    if (key !== null) process.stdout.write(`key ${key}\n`);
    for (const fault of faults) process.stdout.write(`  ${fault.message}\n`);
  }
  return faults.length === 0 ? EXIT.ok : EXIT.failed;
}
