import type { z } from 'zod';
import type { Log } from '#shared/domain/log.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { StoreAdapter } from './store-adapter.ts';

/** What an adapter remembers over restarts: fingerprints and positions, never a secret. */
export interface KeptValues {
  get(name: string): string | null;
  /** In one transaction. */
  putAll(entries: ReadonlyMap<string, string>): void;
}

/** What the core hands to an adapter. */
export interface StoreDeps {
  /** Never log a store key, a token or a credential. */
  readonly log: Log;
  readonly clock: Clock;
  /** Folder of the configuration file: relative paths in `store` are relative to it. */
  readonly baseDir: string;
  /** The agent's own folder (0700), for adapters that must keep something. */
  readonly dataDir: string;
  /** HMAC under the agent's handle key: for keeping a fingerprint of a value that must not be kept itself. */
  readonly fingerprint: (purpose: string, value: string) => string;
  /** Absent in short commands: nothing is remembered then. */
  readonly kept?: KeptValues;
  /** A short command (list, doctor) that may run beside a serving agent: read, and start nothing of its own. */
  readonly once?: boolean;
}

/** One line of `watchfloor-agent doctor`. */
export interface Finding {
  readonly id: string;
  readonly status: 'ok' | 'suspicious' | 'wrong';
  /** What was seen, in plain words. */
  readonly message: string;
  /** The command or statement that mends it. */
  readonly fix?: string;
  /** The store is made by the first start: there is nothing to read, and nothing wrong with that. */
  readonly nothingYet?: true;
}

/** A kind of store as its folder exports it. */
export interface StoreKind<Config> {
  /** The word in `store.kind`. */
  readonly kind: string;
  /** Everything under `store` except `kind`. Strict, so that a misspelt option is an error. */
  readonly configSchema: z.ZodType<Config>;
  /** The lines below `store:` that `init` writes, commented, without the `kind` line; no indentation. */
  readonly example: string;
  create(config: Config, deps: StoreDeps): StoreAdapter;
  /** Checks that need more than reading: grants, indexes, prefix, clock. */
  doctor?(config: Config, deps: StoreDeps, signal: AbortSignal): Promise<readonly Finding[]>;
  /** Least-privilege grants as statements to paste (`doctor --print-grants`). */
  grants?(config: Config): string;
}

export type ReadStoreConfig =
  { readonly ok: true; readonly store: ConfiguredStore } | { readonly ok: false; readonly error: z.ZodError };

/** A store whose configuration has been read. */
export interface ConfiguredStore {
  readonly kind: string;
  create(deps: StoreDeps): StoreAdapter;
  doctor(deps: StoreDeps, signal: AbortSignal): Promise<readonly Finding[]>;
  readonly grants: string | null;
}

/** A kind of store with its configuration type hidden, so that all of them fit one table. */
export interface RegisteredKind {
  readonly kind: string;
  readonly example: string;
  read(config: unknown): ReadStoreConfig;
}

/** Makes an entry of the registry. */
export function registerKind<Config>(kind: StoreKind<Config>): RegisteredKind {
  return {
    kind: kind.kind,
    example: kind.example,
    read(value) {
      const parsed = kind.configSchema.safeParse(value);
      if (!parsed.success) return { ok: false, error: parsed.error };
      const config = parsed.data;
      return {
        ok: true,
        store: {
          kind: kind.kind,
          create: (deps) => kind.create(config, deps),
          doctor: (deps, signal) => kind.doctor?.(config, deps, signal) ?? Promise.resolve([]),
          grants: kind.grants?.(config) ?? null,
        },
      };
    },
  };
}
