import { dirname } from 'node:path';
import { getProxyForUrl } from 'proxy-from-env';
import { fileURLToPath } from 'node:url';
import { epochMs } from '#shared/domain/units.ts';
import type { Log } from '#shared/domain/log.ts';
import type { Engine, EngineOptions } from '#engine/engine-types.ts';
import { createEngine } from '#engine/engine.ts';
import { openEngineGeo } from '#engine/open-geo.ts';
import { createVault } from '#engine/secrets.ts';
import { EXIT } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

export const cliClock = () => epochMs(Date.now());

/** Opens the engine on a profile in this process. Tokens live in memory only and are given at every start. */
export async function openEngine(
  profile: string,
  version: string,
  log: Log,
  over: Pick<EngineOptions, 'words'> = {},
): Promise<Engine> {
  const geo = await openEngineGeo(dirname(fileURLToPath(import.meta.url)), profile);
  const created = createEngine({
    profile,
    vault: createVault({ tokens: {}, kept: 'this-run' }, null),
    clock: cliClock,
    random: Math.random,
    log,
    geo,
    version,
    // Without a desktop the system's proxies are those of its environment variables.
    systemProxy: (url) => Promise.resolve(getProxyForUrl(url)),
    operatorName: process.env['USER'] ?? '',
    systemUser: process.env['USER'] ?? '',
    ...over,
  });
  if (!created.ok) {
    const { code, message, advice } = created.error;
    throw new UsageError(
      [message, advice].filter(Boolean).join(' '),
      code === 'PROFILE_IN_USE' ? EXIT.inUse : EXIT.failed,
    );
  }
  return created.value;
}
