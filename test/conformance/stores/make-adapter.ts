import { createHmac } from 'node:crypto';
import type { Log } from '#shared/domain/log.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { StoreDeps, StoreKind } from '#agent/stores/store-kind.ts';

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** What the agent's core would hand to an adapter. */
const testDeps: StoreDeps = {
  log: silent,
  clock: () => epochMs(Date.now()),
  baseDir: '/',
  dataDir: '/',
  fingerprint: (purpose, value) =>
    createHmac('sha256', 'test key').update(`${purpose}\0${value}`).digest('base64url'),
};

/**
 * Reads a configuration as the agent does and makes the adapter and its doctor.
 * @param ahead by how much the adapter's clock is ahead, ms
 */
export function fromConfig<Config>(kind: StoreKind<Config>, raw: unknown, ahead: () => number = () => 0) {
  const config = kind.configSchema.parse(raw);
  const kept = new Map<string, string>();
  const deps: StoreDeps = {
    ...testDeps,
    clock: () => epochMs(Date.now() + ahead()),
    kept: {
      get: (name) => kept.get(name) ?? null,
      putAll: (entries) => {
        for (const [name, value] of entries) kept.set(name, value);
      },
    },
  };
  return {
    adapter: kind.create(config, deps),
    /** Another one, as after a restart of the agent: with what was kept. */
    again: () => kind.create(config, deps),
    kept: () => [...kept].flat().join('\n'),
    grants: kind.grants?.(config) ?? '',
    /** @param aheadMs by how much this machine's clock is ahead of the store's */
    doctor: (aheadMs = 0) =>
      kind.doctor?.(
        config,
        { ...testDeps, clock: () => epochMs(Date.now() + aheadMs) },
        AbortSignal.timeout(20_000),
      ) ?? Promise.resolve([]),
  };
}
