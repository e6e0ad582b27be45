import type { Engine } from '#engine/engine-types.ts';
import { createEngine } from '#engine/engine.ts';
import type { IngestHook } from '#engine/ingest/hooks.ts';
import { createVault } from '#engine/secrets.ts';
import type { OpenedGeo } from '#geo/open.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { ConnectionId } from '#shared/domain/ids.ts';

export interface Product {
  readonly engine: Engine;
  /** Adds an environment and connects to it; a real agent wants its own token. */
  connect(url: string, token?: string): Promise<ConnectionId>;
  stop(): Promise<void>;
}

/** The real engine on a profile, in this process. */
export function startProduct(
  profile: string,
  geo: OpenedGeo,
  over: { readonly hook?: IngestHook; readonly detect?: boolean; readonly words?: boolean } = {},
): Product {
  const complain = (message: string, detail?: unknown): void => {
    console.log(`  ${message} ${JSON.stringify(detail)}`);
  };
  const nothing = (): void => undefined;
  const created = createEngine({
    profile,
    vault: createVault({ tokens: {}, kept: 'this-run' }, null),
    clock: () => epochMs(Date.now()),
    random: () => 0,
    log: { debug: nothing, info: nothing, warn: complain, error: complain },
    geo,
    version: '0.0.0-bench',
    ...over,
  });
  if (!created.ok) throw new Error(created.error.message);
  const engine = created.value;
  engine.start();
  return {
    engine,
    connect: async (url, token = 't') => {
      const added = await engine.handlers['environments.add']({ url, token }, new AbortController().signal);
      return added.connection;
    },
    stop: () => engine.stop(),
  };
}
