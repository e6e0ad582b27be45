import type { Clock } from '#shared/domain/units.ts';
import type { AgentConfig } from '../config/config.ts';
import { createJsonLog } from '../json-log.ts';
import type { HandleKeys } from '../keys/handle-keys.ts';
import { createHandleKeys } from '../keys/handle-keys.ts';
import { keyFileIn, readOrCreateSecret } from '../keys/key-file.ts';
import { createFlags } from '../poll/flags.ts';
import type { Flags } from '../poll/flags.ts';
import type { StoreAdapter, StoreDescription } from '../stores/store-adapter.ts';
import type { StoreDeps } from '../stores/store-kind.ts';

export interface OpenStore {
  readonly adapter: StoreAdapter;
  readonly description: StoreDescription;
  readonly keys: HandleKeys;
  readonly flags: Flags;
}

/** What an adapter is given by a short command. */
export function storeDeps(config: AgentConfig, clock: Clock): StoreDeps & { readonly keys: HandleKeys } {
  const keys = createHandleKeys(readOrCreateSecret(keyFileIn(config.dataDir)).secret);
  return {
    keys,
    log: createJsonLog((line) => process.stderr.write(`${line}\n`), clock, 'warn'),
    clock,
    baseDir: config.baseDir,
    dataDir: config.dataDir,
    once: true,
    fingerprint: (purpose, value) => keys.fingerprint(`store ${purpose}`, value),
  };
}

/** Opens the configured store for one short command, and closes it whatever happens. */
export async function withStore<T>(
  config: AgentConfig,
  clock: Clock,
  work: (store: OpenStore, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deps = storeDeps(config, clock);
  const adapter = config.store.create(deps);
  const { signal } = new AbortController();
  try {
    const description = await adapter.open(signal);
    const flags = createFlags({ privileged: config.privileged, services: config.services });
    await adapter.accounts((page) => {
      for (const account of page) flags.judge({ ...account, id: deps.keys.accountId(account.id) });
      return Promise.resolve();
    }, signal);
    return await work({ adapter, description, keys: deps.keys, flags }, signal);
  } finally {
    await adapter.close();
  }
}
