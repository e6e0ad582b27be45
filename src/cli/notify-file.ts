import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { ChannelId } from '#shared/domain/ids.ts';
import { ChannelConfig } from '#shared/ipc/notify-contract.ts';
import type { Engine } from '#engine/engine-types.ts';
import { EXIT } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

/** Channels of a file have ids of their own, so that those made in a window are left alone. */
const PREFIX = 'notify-file-';
const MOST_BYTES = 1024 * 1024;

const FileChannel = z.strictObject({
  /** Name of the environment variable that holds the signing key or password. */
  secretEnv: z.string().min(1).max(256).optional(),
  ...ChannelConfig.shape,
});
const NotifyFile = z.strictObject({ channels: z.array(FileChannel).max(50) });

interface WantedChannel {
  readonly id: ChannelId;
  readonly config: ChannelConfig;
  readonly secret: string | null;
}

/** Reads a file of channels (docs/notifications.md). Secrets come from the environment and are never in the file. */
export function readNotifyFile(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly WantedChannel[] {
  const wrong = (problem: string): UsageError =>
    new UsageError(`${path}: ${problem} docs/notifications.md shows a whole file.`, EXIT.usage);
  let raw: unknown;
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length > MOST_BYTES) throw new Error('it is larger than 1 MB');
    raw = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    throw wrong(`cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const parsed = NotifyFile.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw wrong(`${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'malformed'}.`);
  }
  const seen = new Set<string>();
  return parsed.data.channels.map(({ secretEnv, ...config }) => {
    const id = ChannelId.parse(`${PREFIX}${slug(config.name)}`);
    if (seen.has(id)) throw wrong(`two channels are called “${config.name}”.`);
    seen.add(id);
    const secret = secretEnv === undefined ? null : (env[secretEnv] ?? '');
    if (secret === '')
      throw wrong(`“${config.name}” needs the variable ${secretEnv ?? ''}, which is not set.`);
    return { id, config, secret };
  });
}

/** Makes the profile's file channels those of the file: new ones are added, missing ones removed. */
export async function applyNotifyFile(engine: Engine, wanted: readonly WantedChannel[]): Promise<void> {
  const { signal } = new AbortController();
  for (const { id } of await engine.handlers['notify.channels']({}, signal)) {
    if (id.startsWith(PREFIX) && !wanted.some((one) => one.id === id)) {
      await engine.handlers['notify.remove']({ id }, signal);
    }
  }
  for (const one of wanted) await engine.handlers['notify.save'](one, signal);
}

const slug = (name: string): string => {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 100);
  return plain === '' || plain === '-' ? 'channel' : plain;
};
