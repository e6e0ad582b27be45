import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { RETENTION_KINDS, type RetentionPolicy, type RetentionView } from '#shared/ipc/mirror-contract.ts';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { verifyArchive } from '#engine/retention/archive.ts';
import { askProfile } from './ask.ts';
import { askOwner } from './ask-owner.ts';
import { EXIT } from './exit-codes.ts';
import { plain } from './rows.ts';
import { UsageError } from './usage-error.ts';

export interface RetentionOptions {
  readonly profile: string;
  readonly events?: string;
  readonly sessions?: string;
  readonly detections?: string;
  readonly environment?: string;
  readonly size?: string;
  readonly archive?: string;
  readonly run: boolean;
  readonly json: boolean;
}

/** Shows how long things are kept, changes it, says what that would delete, deletes it. */
export async function retention(options: RetentionOptions, version: string): Promise<number> {
  const environments = await environmentsOf(options.profile, version);
  const engine = await askOwner(options.profile, version);
  try {
    let view = await engine.call('retention.get', {});
    const policy = changed(view.policy, options, environments);
    if (policy !== null) view = await engine.call('retention.set', policy);
    if (options.run) view = await engine.call('retention.run', {});
    const { items, forSize } = await engine.call('retention.preview', view.policy);
    if (options.json) {
      process.stdout.write(`${JSON.stringify({ ...view, due: { items, forSize } })}\n`);
      return EXIT.ok;
    }
    for (const line of describe(view, environments)) process.stdout.write(`${line}\n`);
    for (const { name, kind, rows, before } of items) {
      process.stdout.write(`due: ${String(rows)} ${kind} of ${name} from before ${day(before)}\n`);
    }
    if (forSize > 0) process.stdout.write(`due: about ${String(forSize)} of the oldest events, for size\n`);
    return EXIT.ok;
  } finally {
    await engine.close();
  }
}

/** An engine that is opened for this alone connects to nobody and lists none: the mirror knows them. */
async function environmentsOf(profile: string, version: string): Promise<Environments> {
  if (!existsSync(mirrorFile(profile))) return [];
  const questions = await askProfile(profile, version);
  try {
    return await questions.call('environments.list', {});
  } finally {
    questions.close();
  }
}

type Environments = readonly Pick<EnvironmentView, 'connection' | 'name'>[];

/** An environment by its name or its id. */
function environmentOf(text: string, all: Environments): ConnectionId {
  const found = all.filter(({ connection, name }) => connection === text || name === text);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.connection;
  const known = all.map(({ name, connection }) => `${plain(name)} (${connection})`).join(', ');
  throw new UsageError(
    `${found.length === 0 ? 'There is no environment' : 'There are several environments'} “${plain(text)}”. There are: ${known || 'none'}.`,
    EXIT.usage,
  );
}

function changed(
  policy: RetentionPolicy,
  options: RetentionOptions,
  environments: Environments,
): RetentionPolicy | null {
  const { size, archive } = options;
  const connection =
    options.environment === undefined ? null : environmentOf(options.environment, environments);
  const asked = [...RETENTION_KINDS.map((kind) => options[kind]), size, archive];
  if (asked.every((one) => one === undefined)) return null;
  let { rules } = policy;
  for (const kind of RETENTION_KINDS) {
    const text = options[kind];
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

function describe({ policy, size, runs }: RetentionView, environments: Environments): string[] {
  const nameOf = new Map<string, string>(
    environments.map(({ connection, name }) => [connection, plain(name)]),
  );
  const rules = policy.rules.map(
    ({ connection, kind, days }) =>
      `${kind} of ${connection === null ? 'every environment' : (nameOf.get(connection) ?? connection)}: ${days === null ? 'kept for ever' : `${String(days)} days`}`,
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
