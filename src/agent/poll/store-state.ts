import type { Dispose } from '#shared/domain/log.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import type { StoreDescription } from '../stores/store-adapter.ts';

export interface Warning {
  readonly id: string;
  readonly message: string;
}
/** How the store is, as far as the agent knows. */
export interface StoreCondition {
  readonly store: 'up' | 'degraded' | 'down';
  readonly error: string | null;
  readonly lastReadAt: EpochMs | null;
  readonly warnings: readonly Warning[];
}

/** The store's condition and description, and who wants to know when they change. */
export interface StoreStateHolder {
  condition(): StoreCondition;
  description(): StoreDescription | null;
  /** The first complete listing is done: there is something to serve. */
  ready(): boolean;
  set(condition: Partial<StoreCondition>): void;
  describe(description: StoreDescription): void;
  setReady(): void;
  onChange(listener: (what: 'condition' | 'description' | 'ready') => void): Dispose;
}

export function createStoreState(description: StoreDescription | null, ready: boolean): StoreStateHolder {
  const listeners = new Set<(what: 'condition' | 'description' | 'ready') => void>();
  let condition: StoreCondition = { store: 'down', error: 'not read yet', lastReadAt: null, warnings: [] };
  let described = description;
  let isReady = ready;
  const tell = (what: 'condition' | 'description' | 'ready') => {
    for (const listener of [...listeners]) listener(what);
  };
  return {
    condition: () => condition,
    description: () => described,
    ready: () => isReady,
    set(change) {
      condition = { ...condition, ...change };
      tell('condition');
    },
    describe(next) {
      const before = JSON.stringify(described);
      described = next;
      if (before !== JSON.stringify(next)) tell('description');
    },
    setReady() {
      if (isReady) return;
      isReady = true;
      tell('ready');
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
