import { resolve } from 'node:path';
import type { RetentionPolicy, RetentionView } from '#shared/ipc/mirror-contract.ts';
import { ConnectionId } from '#shared/domain/ids.ts';
import { verifyArchive } from '#engine/retention/archive.ts';
import { askOwner } from './ask-owner.ts';
import { EXIT } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

export interface RetentionOptions {
  readonly profile: string;
  readonly events?: string;
  readonly sessions?: string;
  readonly environment?: string;
  readonly size?: string;
  readonly archive?: string;
  readonly run: boolean;
  readonly json: boolean;
}

/** Shows how long things are kept, changes it, says what that would delete, deletes it. */
export async function retention(options: RetentionOptions, version: string): Promise<number> {
  const engine = await askOwner(options.profile, version);
  try {
    let view = await engine.call('retention.get', {});
    const policy = changed(view.policy, options);
    if (policy !== null) view = await engine.call('retention.set', policy);
    if (options.run) view = await engine.call('retention.run', {});
    const { items, forSize } = await engine.call('retention.preview', view.policy);
    if (options.json) {
      process.stdout.write(`${JSON.stringify({ ...view, due: { items, forSize } })}\n`);
      return EXIT.ok;
    }
    for (const line of describe(view)) process.stdout.write(`${line}\n`);
    for (const { name, kind, rows, before } of items) {
      process.stdout.write(`due: ${String(rows)} ${kind} of ${name} from before ${day(before)}\n`);
    }
    if (forSize > 0) process.stdout.write(`due: about ${String(forSize)} of the oldest events, for size\n`);
    return EXIT.ok;
  } finally {
    await engine.close();
  }
}

function changed(policy: RetentionPolicy, options: RetentionOptions): RetentionPolicy | null {
  const { events, sessions, size, archive } = options;
  if ([events, sessions, size, archive].every((one) => one === undefined)) return null;
  const connection = options.environment === undefined ? null : ConnectionId.parse(options.environment);
  let { rules } = policy;
  for (const [kind, text] of [
    ['events', events],
    ['sessions', sessions],
  ] as const) {
    if (text === undefined) continue;
    rules = rules.filter((rule) => rule.kind !== kind || rule.connection !== connection);
    const days = wholeOrNull(text, `--${kind}`, 'days');
    if (days !== null || connection !== null) rules = [...rules, { connection, kind, days }];
  }
  return {
    rules,
    mostMegabytes: size === undefined ? policy.mostMegabytes : wholeOrNull(size, '--size', 'megabytes'),
    archiveFolder:
      archive === undefined ? policy.archiveFolder : archive === 'none' ? null : resolve(archive),
  };
}

function wholeOrNull(text: string, option: string, unit: string): number | null {
  if (text === 'forever' || text === 'any') return null;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new UsageError(`${option} takes a whole number of ${unit}, or “forever”.`, EXIT.usage);
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

function describe({ policy, size, runs }: RetentionView): string[] {
  const rules = policy.rules.map(
    ({ connection, kind, days }) =>
      `${kind} of ${connection ?? 'every environment'}: ${days === null ? 'kept for ever' : `${String(days)} days`}`,
  );
  return [
    `${String(size.events)} events, ${(size.bytes / 1e6).toFixed(0)} MB (and ${(size.freeBytes / 1e6).toFixed(0)} MB free in the file)`,
    ...(rules.length === 0 ? ['no limit of age'] : rules),
    policy.mostMegabytes === null ? 'no limit of size' : `at most ${String(policy.mostMegabytes)} MB`,
    policy.archiveFolder === null ? 'no archive' : `archived in ${policy.archiveFolder} before it is deleted`,
    ...runs
      .slice(0, 10)
      .map(
        (run) =>
          `${day(run.at)}: ${String(run.rows)} rows (${run.kind}) deleted for ${run.cause}${run.archive === null ? '' : `, archived in ${run.archive}`}${run.finishedAt === null ? ', still going on' : ''}`,
      ),
  ];
}

/** Follows the chain of an archive file. */
export function verifyArchiveFile(file: string): number {
  const result = verifyArchive(file);
  process.stdout.write(
    result.ok
      ? `${file}: ${String(result.records)} records, whole, ${result.hash}\n`
      : `${file}: ${result.fault}\n`,
  );
  return result.ok ? EXIT.ok : EXIT.failed;
}
