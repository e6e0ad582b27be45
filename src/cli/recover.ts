import { recoverProfile } from '#engine/mirror/recover/recover-profile.ts';
import { recoveryText } from '#engine/mirror/recover/recover.ts';
import { EXIT } from './exit-codes.ts';
import { cliClock } from './open-engine.ts';

export interface RecoverOptions {
  readonly profile: string;
  readonly from?: string;
  readonly json: boolean;
}

/** Reads what can be read of a damaged database into a new one; the old one is kept. */
export function recover(options: RecoverOptions): number {
  const result = recoverProfile(options.profile, options.from ?? null, cliClock());
  if (!result.ok) {
    const { code, message, advice } = result.error;
    process.stderr.write(`${[message, advice].filter(Boolean).join(' ')}\n`);
    return code === 'PROFILE_IN_USE' ? EXIT.inUse : EXIT.failed;
  }
  const { recovery, kept } = result.value;
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ ...recovery, kept })}\n`);
    return EXIT.ok;
  }
  const hurt = recovery.tables.filter(({ pages, rows, missing }) => pages + rows > 0 || missing);
  const lines = [
    recoveryText(recovery),
    ...hurt.map(({ name, read, pages, rows, missing }) =>
      missing
        ? `  ${name}: not found any more`
        : `  ${name}: ${String(read)} rows read; ${String(pages)} pages and ${String(rows)} single rows lost`,
    ),
    ...(kept === null ? [] : [`What was there before is kept as ${kept}.`]),
    'Agents tell everything that they still have anew when they are connected next.',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return EXIT.ok;
}
